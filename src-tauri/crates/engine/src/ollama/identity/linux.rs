//! Linux tells the user of every listener, and to its owner the process.

use std::{fs, path::Path};

use super::{PortHolder, Trust, own_user, user_name};

/// The user of Ollama's own service.
const SERVICE_USER: &str = "ollama";
const LISTENS: &str = "0A";

pub(super) fn listener(port: u16, only_v6: bool) -> (Trust, PortHolder) {
    let Some(row) = first(port, only_v6) else { return (Trust::Unknown, PortHolder::default()) };
    let user = user_name(row.uid);
    let trust = trust(row.uid, &user, own_user());
    let pid = process_of(row.inode);
    let program = pid.and_then(|pid| fs::read_link(format!("/proc/{pid}/exe")).ok());
    let service = pid
        .and_then(|pid| service(&fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?))
        .or_else(|| (user == SERVICE_USER).then(|| "ollama.service".to_owned()));
    let program = program.map(|program| program.display().to_string());
    (trust, PortHolder { pid, program, user: Some(user), service })
}

pub(super) fn socket(port: u16, only_v6: bool) -> Option<u64> {
    first(port, only_v6).map(|row| row.inode)
}

/// Who gets the connections.
fn first(port: u16, only_v6: bool) -> Option<Row> {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let mut rows = if only_v6 { Vec::new() } else { rows(&read("/proc/net/tcp"), port) };
    rows.extend(self::rows(&read("/proc/net/tcp6"), port));
    // One that listens here alone goes before one that listens everywhere, as the system has it.
    rows.sort_by_key(|row| !row.narrow);
    rows.into_iter().next()
}

pub(super) fn state(pid: u32) -> Option<char> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    line.rsplit_once(')')?.1.trim_start().chars().next()
}

fn trust(uid: u32, name: &str, own: Option<u32>) -> Trust {
    if uid == 0 || Some(uid) == own || name == SERVICE_USER { Trust::Known } else { Trust::Foreign }
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    uid: u32,
    inode: u64,
    /// Whether it listens on this computer's own address and not on all.
    narrow: bool,
}

/// The listeners of a port that this computer's own address reaches.
fn rows(table: &str, port: u16) -> Vec<Row> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (host, found) = fields.get(1)?.split_once(':')?;
        let everywhere = host.bytes().all(|digit| digit == b'0');
        // 127.x.y.z and ::1 as the table has them: four bytes at a time, the last first; also those of IPv4 in IPv6.
        let here = match host.len() {
            8 => host.ends_with("7F"),
            _ => {
                host == "00000000000000000000000001000000"
                    || host.ends_with("7F") && host.contains("FFFF0000")
            }
        };
        let listens = fields.get(3) == Some(&LISTENS) && u16::from_str_radix(found, 16) == Ok(port);
        let (uid, inode) = (fields.get(7)?.parse().ok()?, fields.get(9)?.parse().ok()?);
        (listens && (here || everywhere)).then_some(Row { uid, inode, narrow: here })
    };
    table.lines().skip(1).filter_map(row).collect()
}

/// The process that has this socket open, where we may look.
fn process_of(inode: u64) -> Option<u32> {
    let wanted = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.find(|pid| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        open.filter_map(|file| fs::read_link(file.path()).ok()).any(|link| link == Path::new(&wanted))
    })
}

/// The unit that a process belongs to, as its control group is named.
fn service(groups: &str) -> Option<String> {
    let path = groups.lines().find_map(|line| line.rsplit(':').next())?;
    let unit = path.rsplit('/').find(|part| part.ends_with(".service"))?;
    // A whole session is no service of its own.
    (!unit.starts_with("user@")).then(|| unit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   997        0 41234 1 0 0 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 20000 1 0 0 100 0 0 10 0
   2: 0100007F:2CAA 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 51234 1 0 0 20 4 30 10 -1
   3: 0B01A8C0:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 61234 1 0 0 100 0 0 10 0
";

    #[test]
    fn the_user_of_a_listener_is_read_from_the_system_s_table() {
        assert_eq!(rows(TABLE, 11_434), [Row { uid: 997, inode: 41_234, narrow: true }]);
        assert_eq!(rows(TABLE, 22), [Row { uid: 0, inode: 20_000, narrow: false }]);
        assert_eq!(rows(TABLE, 1), []);
        let v6 = "header\n 0: 00000000000000000000000001000000:2CAA 0:0 0A 0:0 0:0 0 5 0 77 1\n";
        assert_eq!(rows(v6, 11_434), [Row { uid: 5, inode: 77, narrow: true }]);
    }

    #[test]
    fn ours_the_system_s_and_ollama_s_own_user_are_known() {
        assert_eq!(trust(1000, "ann", Some(1000)), Trust::Known);
        assert_eq!(trust(0, "root", Some(1000)), Trust::Known);
        assert_eq!(trust(997, "ollama", Some(1000)), Trust::Known);
        assert_eq!(trust(1001, "eve", Some(1000)), Trust::Foreign);
        assert_eq!(trust(1001, "eve", None), Trust::Foreign);
    }

    #[test]
    fn a_unit_is_read_from_the_control_group() {
        assert_eq!(service("0::/system.slice/ollama.service\n").as_deref(), Some("ollama.service"));
        assert_eq!(service("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n"), None);
        let own = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service\n";
        assert_eq!(service(own).as_deref(), Some("ollama.service"));
        assert_eq!(service("0::/\n"), None);
    }

    #[test]
    fn a_listener_of_this_process_is_found_with_its_program() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let (trust, holder) = super::super::listener(&format!("http://127.0.0.1:{port}"));
        assert_eq!((trust, holder.pid), (Trust::Known, Some(std::process::id())));
        assert_eq!(holder.program, Some(std::env::current_exe().unwrap().display().to_string()));
        drop(socket);
        assert_eq!(listener(port, false).1, PortHolder::default());
    }
}

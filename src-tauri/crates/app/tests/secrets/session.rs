//! A D-Bus session with no service on it, and a GNOME Keyring that comes and goes.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, sleep};
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

const INSIDE: &str = "WEBPLUS_TEST_INSIDE_SESSION";
const PASSWORD: &[u8] = b"a passphrase of this test";
const PROGRAMS: [&str; 4] = ["dbus-run-session", "dbus-daemon", "gnome-keyring-daemon", "gdbus"];
/// Nothing is started by name on this bus: what is on it, the test put there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Runs the test of this name inside a session of its own, or its body when this is the inside.
pub(crate) fn inside(name: &str, body: impl Future<Output = ()>) {
    if std::env::var_os(INSIDE).is_some() {
        return tokio::runtime::Runtime::new().unwrap().block_on(body);
    }
    if let Some(missing) = PROGRAMS.iter().find(|program| !installed(program)) {
        eprintln!("skipped: {missing} is not installed");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("bus.conf");
    fs::write(&config, BUS.replace("FOLDER", home.path().to_str().unwrap())).unwrap();
    let mut session = Command::new("dbus-run-session");
    session.arg("--config-file").arg(&config).arg("--").arg(std::env::current_exe().unwrap());
    finish(name, &mut session, home.path());
}

/// Runs the test of this name where the address of the bus leads nowhere.
pub(crate) fn without_a_bus(name: &str, body: impl Future<Output = ()>) {
    if std::env::var_os(INSIDE).is_some() {
        return tokio::runtime::Runtime::new().unwrap().block_on(body);
    }
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/nothing", home.path().display()));
    finish(name, &mut child, home.path());
}

fn finish(name: &str, child: &mut Command, home: &Path) {
    fs::set_permissions(home, fs::Permissions::from_mode(0o700)).unwrap();
    let done = child
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let (told, complained) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && told.contains("1 passed"), "{told}\n{complained}");
    assert!(!super::holds_canary(&done.stdout) && !super::holds_canary(&done.stderr), "the key was printed");
}

fn installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// A GNOME Keyring, gone when dropped.
pub(crate) struct Daemon(Child);

impl Daemon {
    /// With its login keyring, unlocked.
    pub(crate) async fn unlocked() -> Self {
        let daemon = Self::start(&["--unlock"]);
        daemon.0.stdin.as_ref().unwrap().write_all(PASSWORD).unwrap();
        daemon.on_the_bus("collection/login").await
    }

    /// Without any keyring in it.
    pub(crate) async fn empty() -> Self {
        Self::start(&[]).on_the_bus("'/'").await
    }

    fn start(more: &[&str]) -> Self {
        let child = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    async fn on_the_bus(mut self, expected: &str) -> Self {
        // the end of its input is the end of the password
        drop(self.0.stdin.take());
        let began = Instant::now();
        while !service("ReadAlias", "default").contains(expected) {
            assert!(began.elapsed() < Duration::from_secs(10), "GNOME Keyring did not come up");
            sleep(Duration::from_millis(20)).await;
        }
        self
    }

    /// Stops it in its tracks, or lets it go on.
    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// What GNOME Keyring shows its prompts through, and which shows nothing and never answers.
pub(crate) fn silent_prompter() -> zbus::blocking::Connection {
    let connection = zbus::blocking::Connection::session().unwrap();
    connection.request_name("org.gnome.keyring.SystemPrompter").unwrap();
    connection
}

/// Locks the login keyring.
pub(crate) fn lock() {
    assert!(service("Lock", "['/org/freedesktop/secrets/collection/login']").contains("login"));
}

/// Unlocks the login keyring as the desktop's own login does, without a prompt.
pub(crate) fn unlock() {
    const SERVICE: &str = "org.freedesktop.secrets";
    const PATH: &str = "/org/freedesktop/secrets";

    let bus = zbus::blocking::Connection::session().unwrap();
    let plain = ("plain", Value::from(""));
    let opened = bus
        .call_method(Some(SERVICE), PATH, Some("org.freedesktop.Secret.Service"), "OpenSession", &plain)
        .unwrap();
    let (_, session): (OwnedValue, OwnedObjectPath) = opened.body().deserialize().unwrap();
    let login = ObjectPath::try_from("/org/freedesktop/secrets/collection/login").unwrap();
    let password = (session, Vec::<u8>::new(), PASSWORD.to_vec(), "text/plain");
    let interface = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
    bus.call_method(Some(SERVICE), PATH, Some(interface), "UnlockWithMasterPassword", &(login, password))
        .unwrap();
}

/// Deletes everything with this handle, as another program would.
pub(crate) fn delete_behind_our_back(handle: &str) {
    call(&path_of(handle), "org.freedesktop.Secret.Item.Delete", &[]);
}

fn path_of(handle: &str) -> String {
    let found = service("SearchItems", &format!("{{'service': 'webplus', 'username': '{handle}'}}"));
    let path = found.split('\'').find(|part| part.starts_with("/org"));
    path.expect("the item is not in the keyring").to_owned()
}

/// Lets nobody call these methods of the item with this handle, or everybody again: the bus itself answers with the
/// refusal that KeePassXC gives when the person denies an item.
pub(crate) fn deny(handle: Option<&str>) {
    let config = Path::new(&std::env::var_os("HOME").unwrap()).join("bus.conf");
    let whole = fs::read_to_string(&config).unwrap();
    let allowed: Vec<&str> = whole.lines().filter(|line| !line.contains("<deny")).collect();
    let allowed = allowed.join("\n");
    let rule = handle
        .map(path_of)
        .map(|path| format!("<deny send_path=\"{path}\" send_interface=\"org.freedesktop.Secret.Item\"/>\n"));
    let denied = allowed.replace("</policy>", &format!("{}</policy>", rule.unwrap_or_default()));
    fs::write(&config, denied).unwrap();
    let bus = zbus::blocking::Connection::session().unwrap();
    let (name, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
    bus.call_method(Some(name), path, Some(name), "ReloadConfig", &()).unwrap();
}

/// How many items of ours there are.
pub(crate) fn items() -> usize {
    service("SearchItems", "{'service': 'webplus'}").matches("/collection/").count()
}

fn service(method: &str, argument: &str) -> String {
    call("/org/freedesktop/secrets", &format!("org.freedesktop.Secret.Service.{method}"), &[argument])
}

fn call(path: &str, method: &str, arguments: &[&str]) -> String {
    let done = Command::new("gdbus")
        .args([
            "call",
            "--session",
            "--timeout",
            "5",
            "-d",
            "org.freedesktop.secrets",
            "-o",
            path,
            "-m",
            method,
        ])
        .args(arguments)
        .output()
        .unwrap();
    String::from_utf8_lossy(&done.stdout).into_owned()
}

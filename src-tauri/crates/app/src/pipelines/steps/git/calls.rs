//! Calling git so that it runs nothing but itself and shows its answers raw.

use std::path::{Path, PathBuf};

use domain::ErrorCode;

use crate::pipelines::{
    process::{self, Program},
    step::{StepCall, StepError},
};

/// The largest answer that is taken, in bytes; a diff above it is refused, never cut.
const LARGEST: usize = 16 << 20;

/// What would have git run another program, and what keeps it from it.
const CONFIG: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.sshCommand", "false"),
    ("core.editor", "false"),
    ("core.pager", "cat"),
    ("core.attributesFile", "/dev/null"),
    ("core.quotePath", "false"),
    ("core.alternateRefsCommand", "true"),
    ("credential.helper", ""),
    ("diff.external", ""),
    ("commit.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("protocol.allow", "never"),
    ("submodule.recurse", "false"),
    ("user.name", "Web+"),
    ("user.email", "webplus@localhost"),
];

/// A folder of a repository, and how git is called there.
pub(super) struct Git<'a> {
    call: &'a StepCall,
    folder: PathBuf,
    /// Settings of the repository that name programs, switched off.
    off: Vec<(String, String)>,
    index: Option<PathBuf>,
}

/// How a call ended.
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Git with an index of its own, which goes when this is dropped.
pub(super) struct OwnIndex<'a> {
    pub(super) git: Git<'a>,
    file: PathBuf,
}

impl Drop for OwnIndex<'_> {
    fn drop(&mut self) {
        std::fs::remove_file(&self.file).ok();
    }
}

impl<'a> Git<'a> {
    pub(super) async fn in_folder(call: &'a StepCall, folder: PathBuf) -> Result<Self, StepError> {
        let mut git = Self { call, folder, off: Vec::new(), index: None };
        let inside = git.try_run(&["rev-parse", "--is-inside-work-tree"], None).await?;
        if inside.stdout.trim() != "true" {
            return Err(StepError::new(
                ErrorCode::NotFound,
                format!(
                    "{} is not in a git repository. Make one there with \"git init\", or choose another folder.",
                    git.folder.display()
                ),
            ));
        }
        git.switch_off().await?;
        Ok(git)
    }

    /// The repository's own folder, in which only its worktrees are seen to.
    pub(super) async fn in_git_folder(of: &Self, folder: PathBuf) -> Result<Git<'a>, StepError> {
        let mut git = Self { call: of.call, folder, off: Vec::new(), index: None };
        git.switch_off().await?;
        Ok(git)
    }

    /// Filters and drivers can have any name, so the repository is asked for the names; reading them runs nothing.
    async fn switch_off(&mut self) -> Result<(), StepError> {
        let names = self.try_run(&["config", "--list", "--name-only", "-z"], None).await?.stdout;
        let program = |name: &str| {
            let (section, last) = (name.split('.').next()?, name.rsplit('.').next()?);
            match (section, last) {
                ("filter", "clean" | "smudge" | "process") => Some(""),
                ("filter", "required") => Some("false"),
                ("diff", "command" | "textconv") => Some(""),
                ("merge", "driver") => Some("false"),
                _ => None,
            }
        };
        self.off =
            names.split('\0').filter_map(|name| Some((name.to_owned(), program(name)?.to_owned()))).collect();
        Ok(())
    }

    pub(super) fn with_own_index(&self) -> Result<OwnIndex<'a>, StepError> {
        let folder = self.call.app.command_marks();
        std::fs::create_dir_all(&folder)
            .map_err(|error| crate::pipelines::roots::unusable(&folder, &error))?;
        let name: String =
            self.call.idempotency_key.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        let file = folder.join(format!("{name}-{}.index", self.call.attempt));
        let git = Git {
            call: self.call,
            folder: self.folder.clone(),
            off: self.off.clone(),
            index: Some(file.clone()),
        };
        Ok(OwnIndex { git, file })
    }

    /// What it says; an error where it fails.
    pub(super) async fn run(&self, arguments: &[&str]) -> Result<String, StepError> {
        self.checked(arguments, None).await
    }

    /// The same with something to read.
    pub(super) async fn feed(&self, arguments: &[&str], input: &str) -> Result<String, StepError> {
        self.checked(arguments, Some(input)).await
    }

    async fn checked(&self, arguments: &[&str], input: Option<&str>) -> Result<String, StepError> {
        let said = self.try_run(arguments, input).await?;
        if said.code == Some(0) {
            return Ok(said.stdout);
        }
        let why = said.stderr.trim().lines().last().unwrap_or("it says nothing").to_owned();
        Err(StepError {
            output: Some(said.stderr.into()),
            ..StepError::new(
                ErrorCode::Conflict,
                format!(
                    "git {} failed in {}: {why}",
                    arguments.first().unwrap_or(&""),
                    self.folder.display()
                ),
            )
        })
    }

    pub(super) async fn try_run(&self, arguments: &[&str], input: Option<&str>) -> Result<Said, StepError> {
        let mut argv = vec!["git".to_owned(), "--no-pager".to_owned(), "--literal-pathspecs".to_owned()];
        argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let program = Program {
            argv,
            folder: self.folder.clone(),
            environment: self.environment(),
            stdin: input.map(|text| text.as_bytes().to_vec()),
            keep: LARGEST,
            offline: false,
            reach: None,
        };
        let ended = process::run(self.call, program, &|_| ()).await?;
        let text = |kept: process::Kept| {
            let whole = kept.whole().ok_or_else(|| {
                StepError::new(
                    ErrorCode::TooLarge,
                    "What git says is larger than 16 MB. Work on a smaller part of the repository.",
                )
            })?;
            Ok::<_, StepError>(String::from_utf8_lossy(&whole).into_owned())
        };
        Ok(Said { code: ended.code, stdout: text(ended.stdout)?, stderr: text(ended.stderr)? })
    }

    fn environment(&self) -> Vec<(String, String)> {
        let mut environment: Vec<(String, String)> = [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_EDITOR", "false"),
            ("GIT_ASKPASS", "false"),
            ("LC_ALL", "C"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let fixed = CONFIG.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut count = 0;
        for (name, value) in fixed.chain(self.off.iter().cloned()) {
            environment.push((format!("GIT_CONFIG_KEY_{count}"), name));
            environment.push((format!("GIT_CONFIG_VALUE_{count}"), value));
            count += 1;
        }
        environment.push(("GIT_CONFIG_COUNT".to_owned(), count.to_string()));
        if let Some(index) = &self.index {
            environment.push(("GIT_INDEX_FILE".to_owned(), path(index)));
        }
        environment
    }

    /// The commit that a name stands for.
    pub(super) async fn commit_of(&self, name: &str) -> Result<String, StepError> {
        if name.starts_with('-') {
            return Err(StepError::invalid(format!("\"{name}\" can't be a commit or branch.")));
        }
        let wanted = format!("{name}^{{commit}}");
        let said =
            self.try_run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted], None).await?;
        if said.code != Some(0) {
            return Err(StepError::new(
                ErrorCode::NotFound,
                format!(
                    "There is no commit or branch \"{name}\" in {}. Make a first commit, or name another.",
                    self.folder.display()
                ),
            ));
        }
        Ok(said.stdout.trim().to_owned())
    }

    /// Files that differ from the last commit, new ones too.
    pub(super) async fn changed(&self) -> Result<Vec<String>, StepError> {
        let said =
            self.run(&["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"]).await?;
        Ok(said.split('\0').filter_map(|entry| Some(entry.get(3..)?.to_owned())).collect())
    }
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

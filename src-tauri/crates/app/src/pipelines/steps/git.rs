//! `git`: worktree, status, diff, apply, commit, restore, remove. Whatever a repository says should run on such an occasion (hooks,
//! filters, a file system monitor, external diffs, signing) is switched off.

mod calls;

use std::path::{Path, PathBuf};

use domain::ErrorCode;
use pipeline::Capability;

use self::calls::Git;
use super::{Answer, StepCall, StepEnd, StepError, config::Config, values::done};
use crate::pipelines::{
    rerun::Restore,
    roots::{Roots, unusable},
};

pub(super) async fn run(call: StepCall) -> Answer {
    call.allowed.check(Capability::Commands)?;
    let config = Config::new(&call.input);
    let roots = Roots::of(&call).await;
    let named = config.text("repo")?;
    if config.text("op")? == "remove" && !Path::new(named).exists() {
        return Ok(done([]));
    }
    let folder = roots.folder(named)?;
    let git = Git::in_folder(&call, folder.clone()).await?;
    match config.text("op")? {
        "worktree" => worktree(&call, &git, config).await,
        "status" => status(&git).await,
        "diff" => diff(&git, config.optional_text("base")?.unwrap_or("HEAD")).await,
        "apply" => {
            let base = config.optional_text("base")?.filter(|base| !base.is_empty());
            apply(&git, config.text("patch")?, base, config.flag("check")?).await
        }
        "commit" => commit(&git, config.text("message")?).await,
        "restore" => {
            ours(&call, &folder)?;
            restore(&git, config.optional_text("base")?.unwrap_or("HEAD")).await
        }
        "remove" => {
            ours(&call, &folder)?;
            remove(&git, &folder).await
        }
        other => {
            Err(StepError::invalid(format!("There is no git operation \"{other}\". Choose one of the list.")))
        }
    }
}

/// What throws changes away is done only to working copies that a run made.
fn ours(call: &StepCall, folder: &Path) -> Result<(), StepError> {
    let worktrees = call.app.options.data_dir.join("worktrees");
    if worktrees.canonicalize().is_ok_and(|worktrees| folder.starts_with(worktrees)) {
        return Ok(());
    }
    Err(StepError::new(
        ErrorCode::Forbidden,
        format!(
            "{} is not a working copy that a run made, so that nothing in it is thrown away. Make one with \"worktree\" first.",
            folder.display()
        ),
    ))
}

/// The place of this step's working copy: the same however often it is asked for.
fn place(call: &StepCall) -> PathBuf {
    let scope: String = call
        .key
        .scope
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let name = if scope.is_empty() { call.key.node.clone() } else { format!("{scope}-{}", call.key.node) };
    call.app.options.data_dir.join("worktrees").join(call.run.to_string()).join(name)
}

async fn worktree(call: &StepCall, git: &Git<'_>, config: Config<'_>) -> Answer {
    let place = place(call);
    let base = git.commit_of(config.optional_text("base")?.unwrap_or("HEAD")).await?;
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let branch = match config.optional_text("branch")?.filter(|branch| !branch.is_empty()) {
        Some(branch) => branch.to_owned(),
        None => format!("webplus/{}/{name}", call.run),
    };
    if !place.join(".git").exists() {
        let parent = place.parent().unwrap_or(&place);
        std::fs::create_dir_all(parent).map_err(|error| unusable(parent, &error))?;
        let path = place.to_string_lossy();
        // One of an earlier try, whose folder is gone.
        git.run(&["worktree", "prune"]).await?;
        let again =
            git.try_run(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}")], None).await?;
        if again.code == Some(0) {
            git.run(&["worktree", "add", "--force", "--", &path, &branch]).await?;
        } else {
            git.run(&["worktree", "add", "-b", &branch, "--", &path, &base]).await?;
        }
    }
    let path = place.canonicalize().map_err(|error| unusable(&place, &error))?;
    Ok(done([
        ("path", path.to_string_lossy().into_owned().into()),
        ("branch", branch.into()),
        ("commit", base.into()),
    ]))
}

async fn status(git: &Git<'_>) -> Answer {
    let files = git.changed().await?;
    Ok(done([("clean", files.is_empty().into()), ("files", files.into())]))
}

/// Everything that differs from `base`, new files too. An index of its own, so that the repository's stays as it is.
async fn diff(git: &Git<'_>, base: &str) -> Answer {
    let base = git.commit_of(base).await?;
    let index = git.with_own_index()?;
    index.git.run(&["read-tree", &base]).await?;
    index.git.run(&["add", "--all", "--", "."]).await?;
    let options = ["diff", "--cached", "--no-ext-diff", "--no-textconv", "--no-color", "--binary"];
    let diff = index.git.run(&[&options[..], &[&base]].concat()).await?;
    let names = index.git.run(&["diff", "--cached", "--no-ext-diff", "--name-only", "-z", &base]).await?;
    let files: Vec<&str> = names.split('\0').filter(|name| !name.is_empty()).collect();
    Ok(done([
        ("clean", files.is_empty().into()),
        ("files", files.into()),
        ("diff", diff.into()),
        ("commit", base.into()),
    ]))
}

/// Applies a patch to the files, with a base only while that is still what is checked out. One that is applied already counts
/// as done.
async fn apply(git: &Git<'_>, patch: &str, base: Option<&str>, check: bool) -> Answer {
    let Applied { files, .. } = put(git, patch, base, check).await?;
    Ok(done([("clean", patch.trim().is_empty().into()), ("files", files.into())]))
}

/// What a patch did to the files, or would do.
pub(crate) struct Applied {
    pub files: Vec<String>,
    /// Whether it had been applied before.
    pub already: bool,
}

/// Applies a patch that a run made to a folder that it was given: what a person asks for apart from the run's own steps.
pub(crate) async fn apply_patch(
    call: &StepCall,
    folder: &str,
    patch: &str,
    base: Option<&str>,
    check: bool,
) -> Result<Applied, StepError> {
    let folder = Roots::of(call).await.folder(folder)?;
    let git = Git::in_folder(call, folder).await?;
    put(&git, patch, base, check).await
}

async fn put(git: &Git<'_>, patch: &str, base: Option<&str>, check: bool) -> Result<Applied, StepError> {
    if let Some(base) = base {
        let (base, now) = (git.commit_of(base).await?, git.commit_of("HEAD").await?);
        if base != now {
            return Err(StepError::new(
                ErrorCode::Conflict,
                format!(
                    "The patch was made for commit {base}, and the repository is at {now} by now. Nothing was changed. Run the pipeline again."
                ),
            ));
        }
    }
    if patch.trim().is_empty() {
        return Ok(Applied { files: Vec::new(), already: true });
    }
    let patch = format!("{}\n", patch.trim_end_matches('\n'));
    let options = ["apply", "--recount", "--whitespace=nowarn"];
    let with = |more: &[&'static str]| [&options[..], more].concat();
    let names = git.try_run(&with(&["--numstat", "-z"]), Some(&patch)).await?;
    if names.code != Some(0) {
        return Err(unfit(&names.stderr));
    }
    // Added, deleted and name, by tabs.
    let files: Vec<String> =
        names.stdout.split('\0').filter_map(|entry| Some(entry.splitn(3, '\t').nth(2)?.to_owned())).collect();
    let fits = git.try_run(&with(&["--check"]), Some(&patch)).await?;
    let already = fits.code != Some(0);
    if already {
        let there = git.try_run(&with(&["--check", "--reverse"]), Some(&patch)).await?;
        if there.code != Some(0) {
            return Err(unfit(&fits.stderr));
        }
    } else if !check {
        git.feed(&with(&[]), &patch).await?;
    }
    Ok(Applied { files, already })
}

fn unfit(why: &str) -> StepError {
    let why: Vec<&str> = why.lines().map(|line| line.trim_start_matches("error: ")).take(4).collect();
    StepError {
        output: Some(why.join("\n").into()),
        ..StepError::new(
            ErrorCode::Conflict,
            format!(
                "The patch doesn't apply ({}). Nothing was changed. Make it anew from the files as they are.",
                why.join("; ")
            ),
        )
    }
}

async fn commit(git: &Git<'_>, message: &str) -> Answer {
    let files = git.changed().await?;
    if !files.is_empty() {
        git.run(&["add", "--all", "--", "."]).await?;
        git.feed(&["commit", "--quiet", "--no-verify", "--no-gpg-sign", "--file=-"], message).await?;
    }
    let commit = git.commit_of("HEAD").await?;
    Ok(done([("clean", files.is_empty().into()), ("files", files.into()), ("commit", commit.into())]))
}

async fn restore(git: &Git<'_>, base: &str) -> Answer {
    let commit = git.commit_of(base).await?;
    git.run(&["reset", "--quiet", "--hard", &commit]).await?;
    git.run(&["clean", "--quiet", "-d", "--force"]).await?;
    Ok(done([("commit", commit.into()), ("clean", true.into())]))
}

/// Makes a working copy of an earlier run what it was at that commit, under a branch of this run's own: the branch of the
/// earlier run keeps what was committed since.
pub(crate) async fn bring_back(call: &StepCall, copy: &Restore) -> Result<(), StepError> {
    call.allowed.check(Capability::Commands)?;
    let (roots, place) = (Roots::of(call).await, PathBuf::from(&copy.path));
    let branch = format!("webplus/{}/{}", call.run, copy.node);
    let worktrees = call.app.options.data_dir.join("worktrees");
    let worktrees = worktrees.canonicalize().unwrap_or(worktrees);
    if !place.join(".git").exists() {
        let parent = place.parent().filter(|parent| parent.starts_with(&worktrees)).ok_or_else(|| {
            StepError::invalid(format!("{} is not a working copy that a run made.", place.display()))
        })?;
        std::fs::create_dir_all(parent).map_err(|error| unusable(parent, &error))?;
        let git = Git::in_folder(call, roots.folder(&copy.repo)?).await?;
        git.run(&["worktree", "prune"]).await?;
        let commit = git.commit_of(&copy.commit).await?;
        git.run(&["worktree", "add", "--force", "-B", &branch, "--", &copy.path, &commit]).await?;
    }
    let folder = roots.folder(&copy.path)?;
    ours(call, &folder)?;
    let git = Git::in_folder(call, folder).await?;
    let commit = git.commit_of(&copy.commit).await?;
    git.run(&["checkout", "--quiet", "--force", "-B", &branch, &commit]).await?;
    git.run(&["clean", "--quiet", "-d", "--force"]).await?;
    Ok(())
}

async fn remove(git: &Git<'_>, folder: &Path) -> Result<StepEnd, StepError> {
    // From the repository itself: a worktree can't be removed from inside.
    let common = git.run(&["rev-parse", "--path-format=absolute", "--git-common-dir"]).await?;
    let outside = Git::in_git_folder(git, PathBuf::from(common.trim())).await?;
    outside.run(&["worktree", "remove", "--force", "--", &folder.to_string_lossy()]).await?;
    Ok(done([]))
}

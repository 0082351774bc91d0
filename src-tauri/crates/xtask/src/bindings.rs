//! The page's TypeScript, made from the method table. The example `bindings` of the app prints it; here it is only put in its place or compared.

use std::fs;
use std::path::PathBuf;

use crate::options::Options;
use crate::process::{Call, Result};
use crate::workspace::Workspace;

/// Writes `ui/src/api/generated.ts`, or with `--check` says whether it is what the table says.
pub(crate) fn bindings(workspace: &Workspace, options: &Options) -> Result<()> {
    // All examples of the workspace: naming one package would compile its dependencies again with other features.
    Call::new("cargo").args(["build", "--workspace", "--examples"]).dir(&workspace.root).run()?;
    if options.check {
        return compare(workspace);
    }
    let fresh = generate(workspace)?;
    let file = target(workspace);
    if fs::read_to_string(&file).is_ok_and(|committed| committed == fresh) {
        println!("ui/src/api/generated.ts is as the method table says.");
        return Ok(());
    }
    fs::write(&file, fresh).map_err(|error| format!("{} can't be written: {error}.", file.display()))?;
    println!("ui/src/api/generated.ts was written.");
    Ok(())
}

/// Fails when the committed file differs from what the built example prints.
pub(crate) fn compare(workspace: &Workspace) -> Result<()> {
    let fresh = generate(workspace)?;
    let committed = fs::read_to_string(target(workspace)).unwrap_or_default().replace("\r\n", "\n");
    if committed == fresh {
        println!("ui/src/api/generated.ts is as the method table says.");
        return Ok(());
    }
    let line = committed.lines().zip(fresh.lines()).take_while(|(old, new)| old == new).count() + 1;
    Err(format!(
        "ui/src/api/generated.ts differs from the method table from line {line} on. Run `cargo xtask bindings` and commit the file."
    )
    .into())
}

fn generate(workspace: &Workspace) -> Result<String> {
    let example = workspace.example(false, "bindings");
    Call::new(&example)
        .quiet_output()
        .filter(|text| !text.is_empty())
        .map(|text| text.replace("\r\n", "\n"))
        .ok_or_else(|| {
            format!(
                "{} printed nothing. Build it with `cargo build --workspace --examples`.",
                example.display()
            )
            .into()
        })
}

fn target(workspace: &Workspace) -> PathBuf {
    workspace.ui().join("src").join("api").join("generated.ts")
}

// A small real repository whose tests fail: a shell function that subtracts where it should add.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const wrong = 'add() { echo $(($1 - $2)); }\n';
export const broken = 'add() { echo $(($1 +; }\n';
export const right = 'add() { echo $(($1 + $2)); }\n';
const test = `. ./add.sh
failed=0
check() { if [ "$1" = "$2" ]; then echo "ok - $3"; else echo "not ok - $3: $1 is not $2"; failed=1; fi; }
check "$(add 2 3)" 5 'adds two numbers'
check "$(add 0 0)" 0 'adds nothing'
exit $failed
`;

/** Makes it in the home of the session; `.path`, `.git(...words)`, `.source()`. */
export async function makeRepository() {
  const folder = path.join(process.env.HOME, 'calculator');
  await mkdir(folder);
  const git = async (...words) => {
    const { stdout } = await run('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-C', folder, ...words]);
    return stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  await writeFile(path.join(folder, 'add.sh'), wrong);
  await writeFile(path.join(folder, 'test.sh'), test);
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'First');
  return { path: folder, git, source: () => readFile(path.join(folder, 'add.sh'), 'utf8') };
}

// Runs programs for people to watch: each is printed before it runs, and the seconds it took after it.
// Plain JavaScript with nothing but Node: it has to run before anything is installed.

import { spawn, spawnSync } from 'node:child_process';

const isColourful = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (isColourful ? `\u001B[${code}m${text}\u001B[0m` : text);

/** One line to stdout. */
export const say = (line = '') => void process.stdout.write(`${line}\n`);

/** A line that says what the following commands are for. */
export const sayWhat = (line) => say(paint('2', `# ${line}`));

/** A failure in one line; what failed has said the rest. */
export const sayFailed = (line) => say(paint('31', line));

/**
 * Runs a program with this terminal's streams; answers its exit code, 255 when it did not start or was killed.
 * `shown` is what is printed in place of the argv.
 */
export async function run(argv, { shown = argv.join(' '), cwd, env } = {}) {
  say(paint('1', `$ ${shown}`));
  const began = Date.now();
  const code = await exitCodeOf(argv, { cwd, env: { ...process.env, ...env } });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  say(paint('2', `(${seconds} s${code === 0 ? '' : `, exit code ${code}`})`));
  return code;
}

const exitCodeOf = ([file, ...args], options) =>
  new Promise((resolve) => {
    const child = spawn(file, args, { ...options, stdio: 'inherit' });
    child.on('error', ({ message }) => {
      sayFailed(message);
      resolve(255);
    });
    child.on('close', (code) => resolve(code ?? 255));
  });

/** Runs a program in the background, without a word; answers its exit code and what it said. */
export const runAside = ([file, ...args]) =>
  new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
    child.on('error', ({ message }) => resolve({ code: 255, said: message }));
    child.on('close', (code) => resolve({ code: code ?? 255, said }));
  });

/** Like run, and ends this script with that exit code when it fails. */
export async function must(argv, options) {
  const code = await run(argv, options);
  if (code !== 0) process.exit(code);
}

/** What a quiet question answers on stdout; undefined when it fails. */
export function answerOf([file, ...args], cwd) {
  const { status, stdout } = spawnSync(file, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return status === 0 ? stdout : undefined;
}

// Started by watch-processes.ts as a process of its own, which no test keeps from looking: looks at every process of
// this machine again and again, and tells its parent what it saw when it is told to stop.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, readdirSync } from 'node:fs';

const pauseMs = 10;

/** Argv and environments, each once. */
const texts = new Set();
/**
 * What is held open of each process: its argv, which reads anew at every look, and the environment of the program that
 * it ran when it was opened, which cannot be read any more once it runs another one.
 * @type {Map<string, { cmdline: number, environ: number | undefined, argv: string }>}
 */
const watched = new Map();
/** Looks in each second since the start. */
const looks = [];
let processes = 0;
let buffer = Buffer.alloc(1 << 18);

function look() {
  const pids = new Set(readdirSync('/proc'));
  for (const pid of watched.keys()) if (!pids.has(pid)) forget(pid);
  for (const pid of pids) {
    const first = pid.charCodeAt(0);
    if (first > 48 && first < 58 && !see(pid)) {
      // A new process, or another one under the number of one that has ended.
      forget(pid);
      see(pid);
    }
  }
}

/** False when it has ended, maybe with another one in its place. */
function see(pid) {
  const known = watched.get(pid) ?? begin(pid);
  const argv = known && read(known.cmdline);
  if (argv === undefined) return false;
  if (argv === known.argv && known.environ !== undefined && canRead(known.environ)) return true;
  known.argv = argv;
  texts.add(argv);
  close(known.environ);
  known.environ = open(`/proc/${pid}/environ`);
  texts.add((known.environ && read(known.environ)) ?? '');
  return true;
}

function begin(pid) {
  const cmdline = open(`/proc/${pid}/cmdline`);
  if (cmdline === undefined) return undefined;
  processes += 1;
  const known = { cmdline, environ: undefined, argv: '' };
  watched.set(pid, known);
  return known;
}

function forget(pid) {
  close(watched.get(pid)?.cmdline);
  close(watched.get(pid)?.environ);
  watched.delete(pid);
}

const attempt = (deed) => {
  try {
    return deed();
  } catch {
    return undefined;
  }
};

const open = (path) => attempt(() => openSync(path));
const close = (file) => file !== undefined && attempt(() => closeSync(file));
const canRead = (file) => attempt(() => readSync(file, buffer, 0, 1, 0)) === 1;

/** The whole file, with spaces for zero bytes; undefined when its process has ended. */
function read(file) {
  const size = attempt(() => readSync(file, buffer, 0, buffer.length, 0));
  if (size !== buffer.length) return size === undefined ? undefined : text(size);
  buffer = Buffer.alloc(buffer.length * 2);
  return read(file);
}

const text = (size) => buffer.utf8Slice(0, size).replaceAll('\0', ' ');

// Real time, which only root may ask for: a busy machine always has the few milliseconds that it needs.
attempt(() => execFileSync('chrt', ['--rr', '--all-tasks', '--pid', '1', String(process.pid)]));
look();
const startedAt = performance.now();
let lastAt = startedAt;
let longestGapMs = 0;
const timer = setInterval(() => {
  look();
  const now = performance.now();
  longestGapMs = Math.max(longestGapMs, now - lastAt);
  lastAt = now;
  const second = Math.floor((now - startedAt) / 1000);
  while (looks.length <= second) looks.push(0);
  looks[second] += 1;
}, pauseMs);
process.once('disconnect', () => clearInterval(timer));
process.once('message', () => {
  process.send({ texts: [...texts], looks, processes, longestGapMs }, () => process.disconnect());
});
process.send('looking');

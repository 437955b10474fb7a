// Started by watch-processes.ts as a process of its own, which no test keeps from looking: looks at every process of
// this machine again and again, and tells its parent what it saw when it is told to stop. With the name of a lab, the hosts
// of other labs are left out.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';

/** Between two looks: short enough for 20 a second, and longer where a look is long, for this goes before all else. */
const pauseMs = { least: 25, most: 40 };
/** For so many looks a process may be a copy of its parent that is about to become another program. */
const youth = 30;

/** Argv and environments, each once. */
const texts = new Set();
/**
 * What is held open of each process: its argv, which is read anew at every look, and the environment of the program that
 * it ran when it was opened, which nobody can read any more once it runs another one.
 * @type {Map<string, { cmdline: number, environ: number | undefined, argv: Buffer | undefined, looks: number, isKernel: boolean }>}
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
  if (known?.isIgnored) return true;
  const argv = known && read(known.cmdline);
  if (argv === undefined) return false;
  known.looks += 1;
  if (known.argv?.equals(argv) && (known.looks > youth || canRead(known.environ))) return true;
  known.argv = Buffer.from(argv);
  texts.add(textOf(argv));
  close(known.environ);
  known.environ = open(`/proc/${pid}/environ`);
  texts.add(textOf((known.environ && read(known.environ)) ?? ''));
  return true;
}

function begin(pid) {
  const cmdline = open(`/proc/${pid}/cmdline`);
  if (cmdline === undefined) return undefined;
  const known = {
    cmdline,
    environ: undefined,
    argv: undefined,
    looks: 0,
    isIgnored: isKernel(pid) || isOfOtherLab(pid),
  };
  if (!known.isIgnored) processes += 1;
  watched.set(pid, known);
  return known;
}

function forget(pid) {
  close(watched.get(pid)?.cmdline);
  close(watched.get(pid)?.environ);
  watched.delete(pid);
}

/** Process 2 and its children have no argv and no environment, and never become anything else. */
const isKernel = (pid) =>
  pid === '2' || attempt(() => /\) \S+ 2 /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));

const ownLab = process.argv[2];
/** Nobody on another lab's hosts was ever given the secrets of this one, and a process never leaves its host. */
const isOfOtherLab = (pid) => {
  if (ownLab === undefined) return false;
  const group = attempt(() => readFileSync(`/proc/${pid}/cgroup`, 'latin1')) ?? '';
  const lab = /\/dbctl-lab\/([^/]+)\/[^/]+\/payload/.exec(group)?.[1];
  return lab !== undefined && lab !== ownLab;
};

const attempt = (deed) => {
  try {
    return deed();
  } catch {
    return undefined;
  }
};

const open = (path) => attempt(() => openSync(path));
const close = (file) => file !== undefined && attempt(() => closeSync(file));
const canRead = (file) => file !== undefined && attempt(() => readSync(file, buffer, 0, 1, 0)) === 1;

/** The whole file, until the next one is read; undefined when its process has ended. */
function read(file) {
  const size = attempt(() => readSync(file, buffer, 0, buffer.length, 0));
  if (size !== buffer.length) return size === undefined ? undefined : buffer.subarray(0, size);
  buffer = Buffer.alloc(buffer.length * 2);
  return read(file);
}

const textOf = (bytes) => bytes.toString().replaceAll('\0', ' ');

// Real time, which only root may ask for: a busy machine always has the little that it needs.
attempt(() => execFileSync('chrt', ['--rr', '--all-tasks', '--pid', '1', String(process.pid)]));
look();
const startedAt = performance.now();
let lastAt = startedAt;
let longestGapMs = 0;
let timer;

function lookAgain() {
  const begunAt = performance.now();
  look();
  const now = performance.now();
  longestGapMs = Math.max(longestGapMs, now - lastAt);
  lastAt = now;
  const second = Math.floor((now - startedAt) / 1000);
  while (looks.length <= second) looks.push(0);
  looks[second] += 1;
  timer = setTimeout(lookAgain, Math.min(pauseMs.most, Math.max(pauseMs.least, 2 * (now - begunAt))));
}

lookAgain();
process.once('disconnect', () => clearTimeout(timer));
process.once('message', () => {
  process.send({ texts: [...texts], looks, processes, longestGapMs }, () => process.disconnect());
});
process.send('looking');

// What demo and tests need before they can start, installed where it is missing: npm's packages, the build, Debian's packages.

import { existsSync, statSync } from 'node:fs';
import { answerOf, must, run, runAside, say, sayFailed, sayWhat } from './run.mjs';

/** The oldest Node that dbctl runs on, as in package.json. */
const oldestNode = [20, 19];

export const root = new URL('..', import.meta.url).pathname;

/** npm's packages and dist/. Ends this script when they cannot be had. */
export async function prepareProject() {
  await prepareModules();
  sayWhat('dist/ from src/');
  await must([tool('tsc')], { shown: 'npm run build' });
}

/** npm's packages, where they are missing or old. */
export async function prepareModules() {
  process.chdir(root);
  checkNode();
  if (!areModulesFresh()) {
    sayWhat('npm packages');
    // Nothing of a package has to run because it was installed; ssh2 would try to compile what it can do without.
    await must(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      shown: 'npm ci --ignore-scripts',
    });
  }
}

/** A program of node_modules. */
export const tool = (name) => `${root}node_modules/.bin/${name}`;

/** How a person would type it. */
export const shownTool = (argv) => argv.join(' ').replace(tool(''), 'npx ');

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = oldestNode;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  sayFailed(`dbctl needs Node ${oldestNode.join('.')} or later, and this is ${process.versions.node}`);
  process.exit(2);
}

/** npm writes its hidden lock file when it has installed everything. */
function areModulesFresh() {
  const installed = `${root}node_modules/.package-lock.json`;
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}

/**
 * How to become root here: words to put in front of a command. Undefined when there is no way; a person at a
 * terminal is asked for the password by sudo.
 */
export function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (answerOf(['sudo', '-n', 'true']) !== undefined) return ['sudo'];
  if (!process.stdin.isTTY || answerOf(['sudo', '-V']) === undefined) return undefined;
  say('This needs root.');
  return answerOf(['sudo', '-v']) === undefined ? undefined : ['sudo'];
}

/** Installs shellcheck of Debian where it is missing; the check fails where it cannot be had. */
export async function prepareShellcheck() {
  if (answerOf(['shellcheck', '--version']) !== undefined) return;
  sayWhat('what the check of the shell scripts needs of Debian');
  const sudo = answerOf(['apt-get', '--version']) === undefined ? undefined : asRoot();
  if (sudo !== undefined && (await install(sudo, ['shellcheck']))) return;
  sayFailed('shellcheck is missing: sudo apt-get install shellcheck');
}

/** Installs what a lab needs of Debian. Answers why a lab cannot be had on this machine, or undefined when it can. */
export async function prepareMachine({ online = false } = {}) {
  if (process.platform !== 'linux') return `labs need Linux, and this is ${process.platform}`;
  const sudo = asRoot();
  if (sudo === undefined) return 'labs need root, or sudo';
  // The list has one place, and that is dbctl itself.
  const { missingPackages } = await import('../dist/lab/prerequisites.js');
  // The object store of the control host is built with Go.
  const missing = [...missingPackages(online), ...(hasGo() ? [] : ['golang-go'])];
  if (missing.length === 0) return undefined;
  if (answerOf(['apt-get', '--version']) === undefined) {
    return `labs need ${missing.join(' ')}, and there is no apt-get to install them`;
  }
  sayWhat('what a lab needs of Debian');
  return (await install(sudo, missing)) ? undefined : `${missing.join(' ')} cannot be installed`;
}

const hasGo = () => ['go', '/usr/local/go/bin/go'].some((go) => answerOf([go, 'version']) !== undefined);

/**
 * Starts to build object stores (minutes the first time, nothing later) while other work goes on; `asUser` is what to
 * put in front of the command. Answers a promise of why it failed, or of undefined.
 */
export async function buildStores(kinds, asUser = []) {
  const began = Date.now();
  const argv = [...asUser, process.execPath, `${root}scripts/build-store.mjs`, ...kinds];
  const { code, said } = await runAside(argv);
  if (code !== 0) return said;
  sayWhat(
    `${kinds.join(' and ')}: ready after ${Math.round((Date.now() - began) / 1000)} s, beside the rest`,
  );
  return undefined;
}

async function install(sudo, packages) {
  const aptGet = [
    ...sudo,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-qq',
    '-o',
    'Dpkg::Use-Pty=0',
  ];
  const shown = [...sudo, 'apt-get'].join(' ');
  await run([...aptGet, 'update'], { shown: `${shown} update` });
  const list = ['install', '-y', '--no-install-recommends', ...packages];
  return (await run([...aptGet, ...list], { shown: `${shown} ${list.join(' ')}` })) === 0;
}

// The end-to-end stories: the built dbctl against the hosts of labs on this machine.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countReport } from './count.mjs';
import { run, sayFailed, sayWhat } from './run.mjs';
import { asRoot, buildStores, prepareMachine, root, tool } from './prepare.mjs';

/** Environment of a lab, kept when sudo drops the rest. */
const kept = ['PATH', 'CI', 'NO_COLOR', 'FORCE_COLOR', 'DBCTL_LAB_DIR', 'DBCTL_LAB_MIRROR'];
const usageError = 2;

/**
 * Runs the stories of these names, or all when there is none, and answers the counts. Where hosts cannot be booted,
 * the stories skip themselves and `reason` says why. Recorded, they write down how long they took.
 */
export async function runLabTests(report, names = [], isRecorded = false) {
  const reason = (await prepareMachine({ online: true })) ?? (await prepareHosts());
  sayWhat('end-to-end stories');
  const chosen = ['run', '--project', 'e2e', ...names.map(fileOfStory)];
  const recorder = isRecorded ? [`--reporter=${root}scripts/record-durations.mjs`] : [];
  const argv = [tool('vitest'), ...chosen, '--reporter=default', '--reporter=json', ...recorder];
  const shown = ['npx vitest', ...chosen].join(' ');
  if (reason === undefined) await withRoot([...argv, `--outputFile=${report}`], shown);
  else await run([...argv, `--outputFile=${report}`], { shown, env: { DBCTL_TEST_HOSTS: 'none' } });
  return { ...countReport(report), reason };
}

const fileOfStory = (name) => `test/e2e/${name}.test.ts`;

/** The names that there is no story of. */
export const unknownStories = (names) => names.filter((name) => !existsSync(join(root, fileOfStory(name))));

/** Images and object stores, side by side. Answers why hosts cannot be had here. */
async function prepareHosts() {
  sayWhat('object stores are built with Go meanwhile: minutes the first time, nothing later');
  const stores = buildStores(['minio', 'versitygw'], rootWords());
  const reason = await prepareImages();
  const problem = await stores;
  // The stories that need a store fail, and say so again.
  if (problem !== undefined) sayFailed(problem);
  return reason;
}

/** Boots a host of every release once, so that no story pays for an image. Answers why that is impossible here. */
async function prepareImages() {
  sayWhat('images of the hosts: built the first time, which takes a minute or two');
  const { releases } = await import('../dist/lab/recipe.js');
  for (const release of Object.keys(releases)) {
    const code = await bootOnce(release);
    if (code === usageError) return 'dbctl lab up cannot boot hosts on this machine and says why above';
  }
  return undefined;
}

async function bootOnce(release) {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-image-'));
  const name = `image-${release}`;
  try {
    return await lab('up', '--name', name, '--release', release, '--hosts', 'one', '--dir', directory);
  } finally {
    await lab('down', '--name', name);
    rmSync(directory, { recursive: true, force: true });
  }
}

const lab = (...words) =>
  withRoot([process.execPath, 'bin/dbctl.js', 'lab', ...words], `dbctl lab ${words.join(' ')}`);

const withRoot = (argv, shown) =>
  run([...rootWords(), ...argv], { shown: [...(asRoot() ?? []), shown].join(' ') });

/** What to put in front of a command so that root runs it in this environment. */
function rootWords() {
  const sudo = asRoot() ?? [];
  const variables = kept.flatMap((name) => (process.env[name] ? [`${name}=${process.env[name]}`] : []));
  return sudo.length === 0 ? [] : [...sudo, 'env', ...variables];
}

import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../engine/step.ts';
import { confined, writeFiles, type BuildOrder } from './build-base.ts';
import { mountOverlay, unmountUnder } from './mounts.ts';
import { follow, run } from './run.ts';

/** Packages on top of the layers below. Answers the directory that holds just the difference. */
export async function buildPackages({ building, lower, layer }: BuildOrder, report: Report): Promise<string> {
  const [root, upper, work] = ['root', 'upper', 'work'].map((name) => join(building, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [root, upper, work]) mkdirSync(path, { recursive: true, mode: 0o755 });
  await mountOverlay(root, { lower, upper, work });
  writeFiles(root, layer.files);
  await withoutServices(root, async () => {
    await apt(root, ['update'], report);
    await apt(root, ['install', '--yes', '--no-install-recommends', ...layer.packages], report);
  });
  await run(['chroot', root, 'apt-get', 'clean']);
  await unmountUnder(root);
  return upper;
}

/** Packages start no service while they are installed, and names resolve as on the machine. */
async function withoutServices(root: string, work: () => Promise<void>): Promise<void> {
  const policy = join(root, 'usr/sbin/policy-rc.d');
  const resolver = join(root, 'etc/resolv.conf');
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  copyFileSync('/etc/resolv.conf', resolver);
  await work();
  rmSync(policy);
  rmSync(resolver);
}

async function apt(root: string, argv: readonly string[], report: Report): Promise<void> {
  const options = ['-qq', '-o', 'APT::Status-Fd=1', '-o', 'Dpkg::Options::=--force-unsafe-io'];
  const chroot = [...confined, `--root=${root}`, '--mount-proc', '--'];
  await follow([...chroot, 'apt-get', ...options, ...argv], (line) => {
    const note = aptProgress(line);
    if (note !== undefined) report(note);
  });
}

/** "dlstatus:1:16.75:Retrieving file 1 of 31" as "17 % Retrieving file 1 of 31"; other lines are none. */
export function aptProgress(line: string): string | undefined {
  const match = /^(?:dl|pm)status:[^:]*(?::[^:]*)*?:([\d.]+):(.*)$/.exec(line);
  return match ? `${Math.round(Number(match[1]))} % ${match[2]}` : undefined;
}

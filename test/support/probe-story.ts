// Asks the built dbctl about the cluster of a lab, and shows all it said when that is not what was expected.

import { execa } from 'execa';
import { expect } from 'vitest';
import type { Finished, Lab } from './e2e.ts';
import { succeed } from './story.ts';

const binary = new URL('../../bin/dbctl.js', import.meta.url).pathname;

export interface NodeAnswer {
  readonly name: string;
  readonly status: string;
  readonly role: string | null;
  readonly state: string;
  readonly lagSeconds: number | null;
  readonly tls: boolean;
  readonly logins: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: string;
  readonly exitCode: number;
  readonly nodes: readonly NodeAnswer[];
  /** "critical pg2: …", or "critical cluster: …"; the good answers are left out. */
  readonly problems: readonly string[];
  /** Both streams, for a failure to show. */
  readonly said: string;
}

interface Json extends Pick<Answer, 'status' | 'exitCode' | 'nodes'> {
  readonly findings: readonly { status: string; node?: string; message: string }[];
}

/** On a starved machine three seconds may pass for other reasons than the one under test. */
const patient = ['--timeout', '15s'];

export const probe = async (lab: Lab, ...flags: readonly string[]): Promise<Answer> =>
  answerOf(await lab.dbctl('probe', '-o', 'json', ...patient, ...flags));

export function answerOf({ exitCode, stdout, stderr }: Finished): Answer {
  const said = `exit code ${exitCode}\n${stdout}\n${stderr}`;
  expect(stdout, said).toMatch(/^\{/);
  const { findings, ...report } = JSON.parse(stdout) as Json;
  expect(exitCode, said).toBe(report.exitCode);
  const problems = findings
    .filter(({ status }) => status !== 'ok')
    .map(({ status, node, message }) => `${status} ${node ?? 'cluster'}: ${message}`);
  return { ...report, problems, said };
}

/** Insists on these problems in any order, and on no other. */
export function expectProblems({ problems, said }: Answer, wanted: readonly RegExp[]): void {
  const strange = problems.filter((one) => !wanted.some((pattern) => pattern.test(one)));
  const missing = wanted.filter((pattern) => !problems.some((one) => pattern.test(one)));
  expect({ strange, missing }, said).toEqual({ strange: [], missing: [] });
}

/** Waits until all is well again. */
export const healed = (lab: Lab): Promise<Finished> => succeed(lab, 'probe', '--wait', '60s', ...patient);

/** Runs dbctl as `lab.dbctl` does, or inside the network of a lab host when its `pid` is given. */
export async function dbctlWith(
  lab: Lab,
  { env = {}, pid, directory }: { env?: NodeJS.ProcessEnv; pid?: number; directory?: string },
  ...args: readonly string[]
): Promise<Finished> {
  const inNetwork = pid === undefined ? lab.inside : ['nsenter', '-t', String(pid), '-n'];
  const [command = '', ...rest] = [...inNetwork, process.execPath, binary, ...args];
  const options = { cwd: directory ?? lab.directory, env, reject: false, stdin: 'ignore' } as const;
  const { exitCode, stdout, stderr } = await execa(command, rest, options);
  return { exitCode: exitCode ?? null, stdout, stderr };
}

import { sourcesAdvice } from './package-advice.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { sh } from '../host/script.ts';
import { whenUnlocked } from './package-locks.ts';

/** Installs a package of the distribution once. Throws RefusedError when the host's sources do not offer it. */
export const installPackage = (name: string, advice = sourcesAdvice): Step =>
  ensure(`Install ${name}`, change('package.install', `install ${name}`, name), {
    isRight: async (host) => (await host.ask(installedVersion(name))) !== undefined,

    async apply(host, report) {
      const manage = (work: Action): Promise<void> => whenUnlocked(host, report, () => host.run(work));
      let passedOver = '';
      await manage(finishInterrupted());
      if (!(await host.ask(isAvailable(name)))) {
        report('reading the package lists');
        const unread = await manage(updateLists()).then(() => undefined, onlyCommandError);
        if (!(await host.ask(isAvailable(name)))) {
          const { why, next } = advice(host.name);
          throw new RefusedError({
            what: `${host.name} cannot find the package ${name}`,
            why: [why, ...errorsIn(unread)].join('\n'),
            next,
          });
        }
        // A source that is of no use here, and cannot be read, keeps nothing from the others.
        passedOver = errorsIn(unread).join('; ');
      }
      await refuseHeld(host, name);
      report(`installing ${name}`);
      await manage(install([name]));
      return passedOver ? [change('package.source', `pass over a package source: ${passedOver}`)] : [];
    },
  });

/** What is on hold and not installed, apt neither installs nor explains. */
async function refuseHeld(host: ReadableHost, name: string): Promise<void> {
  if (!(await host.ask(isHeld(name)))) return;
  throw new RefusedError({
    what: `the package ${name} is on hold on ${host.name}, and not installed`,
    why: 'Somebody told apt to keep it as it is, which is: not there.',
    next: [
      `let it be installed, on ${host.name}: apt-mark unhold ${name}`,
      'then run the same command again',
    ],
  });
}

/** Whether somebody put a package on hold, installed or not. */
export const isHeld = (name: string): Query<boolean> =>
  query(
    sh('dpkg-query -W -f=\'${db:Status-Want}\' -- "$1" 2>/dev/null || true', name),
    (stdout) => stdout === 'hold',
  );

function onlyCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  throw error;
}

/** What apt calls errors; the command and its warnings are left out. */
const errorsIn = (error: CommandError | undefined): readonly string[] =>
  error?.why?.split('\n').filter((line) => line.startsWith('E: ')) ?? [];

/** The installed version of a package, held or not; undefined when it is not (fully) installed. */
export const installedVersion = (name: string): Query<string | undefined> =>
  query(
    sh('dpkg-query -W -f=\'${db:Status-Abbrev}${Version}\' -- "$1" 2>/dev/null || true', name),
    (stdout) => /^[a-z]i (\S+)/.exec(stdout)?.[1],
  );

/** Whether the host's package sources offer a package. */
export const isAvailable = (name: string): Query<boolean> =>
  query(['apt-cache', 'policy', name], (stdout) => /Candidate: (?!\(none\))\S/.test(stdout));

const tenMinutes = 600_000;
/** Nodes that share a host are set up at the same time: the second waits, and finds everything done. */
const withPackageLock = ['flock', '--timeout=300', '/run/dbctl-packages.lock'];
const apt = [
  ...withPackageLock,
  'env',
  'DEBIAN_FRONTEND=noninteractive',
  'apt-get',
  '-qy',
  '-o',
  'Dpkg::Options::=--force-confold',
];

/** Finishes what an interrupted dpkg left behind; does nothing otherwise. */
export const finishInterrupted = (): Action =>
  action([...withPackageLock, 'dpkg', '--configure', '-a'], { timeoutMs: tenMinutes });

export const updateLists = (): Action => action([...apt, 'update'], { timeoutMs: tenMinutes });

export const install = (names: readonly string[]): Action =>
  action([...apt, 'install', '--no-install-recommends', '--', ...names], { timeoutMs: tenMinutes });

// Work that a host does by itself at its time: a service, and a timer that starts it.

import type { Cluster } from '../model/cluster.ts';
import { change, check, ensure, type Step } from '../engine/step.ts';
import { ConfigError } from '../model/errors.ts';
import { render } from '../model/render.ts';
import { normalCalendar, removeTimer, timerState } from './timer.ts';
import { ownFile } from './own-file.ts';
import { withoutLibpqVariables } from '../host/systemd.ts';
import { startService } from './service-step.ts';

export interface TimedWork {
  /** Of its units, without ".service" and ".timer". */
  readonly name: string;
  readonly description: string;
  /** The account that does it. */
  readonly account: string;
  /** Words without spaces, quotes, % and $. */
  readonly argv: readonly string[];
  /** systemd's calendar expression; undefined: never by itself. */
  readonly calendar: string | undefined;
  /** Where the expression is written: "BACKUP_SCHEDULE_FULL". */
  readonly setting: string;
}

/** Keeps the services, and the timers of those that have a calendar expression. */
export function ensureTimedWork(cluster: Cluster, works: readonly TimedWork[]): readonly Step[] {
  const timed = works.filter(({ calendar }) => calendar !== undefined);
  const untimed = works.filter(({ calendar }) => calendar === undefined);
  return [
    parallel('Check the calendar expressions', timed.map(checkCalendar)),
    parallel('Write the units', [
      ...works.map((work) => serviceFile(cluster, work)),
      ...timed.map((work) => timerFile(cluster, work)),
    ]),
    parallel('Run the timers', [...timed.map(runTimer), ...untimed.map(noTimer)]),
  ];
}

/** Steps that have nothing to do with each other, as one: the host is asked everything at once. */
const parallel = (title: string, steps: readonly Step[]): Step => ({
  title,

  async diff(host) {
    return (await Promise.all(steps.map((step) => step.diff(host)))).flat();
  },

  async apply(host, report) {
    for (const step of steps) {
      if ((await step.diff(host)).length > 0) await step.apply(host, report);
    }
  },
});

const serviceFile = (cluster: Cluster, work: TimedWork): Step =>
  ownFile(`Write the unit of ${work.name}`, {
    path: `/etc/systemd/system/${work.name}.service`,
    content: render('etc/systemd/system/dbctl-timed.service', {
      cluster: cluster.name,
      description: work.description,
      account: work.account,
      unset: withoutLibpqVariables,
      command: commandLine(work.argv),
    }),
    isSealed: true,
  });

const timerFile = (cluster: Cluster, { name, description, calendar = '' }: TimedWork): Step =>
  ownFile(`Write the timer of ${name}`, {
    path: `/etc/systemd/system/${name}.timer`,
    content: render('etc/systemd/system/dbctl-timed.timer', { cluster: cluster.name, description, calendar }),
    isSealed: true,
  });

/** systemd on the host itself has the last word, before anything is written. */
const checkCalendar = ({ setting, calendar = '' }: TimedWork): Step =>
  check('Check the calendar expression', async (host) => {
    if ((await host.ask(normalCalendar(calendar))) !== undefined) return;
    throw new ConfigError({
      what: `${setting} is not a calendar expression that systemd on ${host.name} accepts: ${calendar}`,
      next: [`try one there: systemd-analyze calendar '${calendar}'`, 'or set it to: off'],
    });
  });

const runTimer = ({ name, calendar = '' }: TimedWork): Step =>
  ensure(`Run the timer of ${name}`, change('timer.start', `start ${name}.timer`, name), {
    async isRight(host) {
      const [state, normal] = await Promise.all([
        host.ask(timerState(name)),
        host.ask(normalCalendar(calendar)),
      ]);
      return state.isEnabled && state.isActive && !state.isOutdated && state.calendar === normal;
    },
    apply: (host) => host.run(startService(`${name}.timer`)),
  });

const noTimer = ({ name }: TimedWork): Step =>
  ensure(`Remove the timer of ${name}`, change('timer.remove', `remove ${name}.timer`, name), {
    isRight: async (host) => (await host.readFile(`/etc/systemd/system/${name}.timer`)) === undefined,
    apply: (host) => host.run(removeTimer(name)),
  });

function commandLine(argv: readonly string[]): string {
  const odd = argv.find((word) => !/^[\w@+=:,./-]+$/.test(word));
  if (odd !== undefined) throw new Error(`a unit cannot take this word as it is: ${JSON.stringify(odd)}`);
  return argv.join(' ');
}

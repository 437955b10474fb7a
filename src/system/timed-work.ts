// Work that a host does by itself at its time: a service, and a timer that starts it.

import type { Cluster } from '../model/cluster.ts';
import { change, type Step } from '../engine/step.ts';
import { ConfigError } from '../model/errors.ts';
import { render } from '../model/render.ts';
import { normalCalendar, removeTimer, startTimer, timerState } from './timer.ts';
import { ownFile } from './own-file.ts';

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

const owned = { owner: 'root:root', mode: 0o644, isSealed: true } as const;

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
      command: commandLine(work.argv),
    }),
    ...owned,
  });

const timerFile = (cluster: Cluster, { name, description, calendar = '' }: TimedWork): Step =>
  ownFile(`Write the timer of ${name}`, {
    path: `/etc/systemd/system/${name}.timer`,
    content: render('etc/systemd/system/dbctl-timed.timer', { cluster: cluster.name, description, calendar }),
    ...owned,
  });

/** systemd on the host itself has the last word, before anything is written. */
const checkCalendar = ({ setting, calendar = '' }: TimedWork): Step => ({
  title: 'Check the calendar expression',

  async diff(host) {
    if ((await host.ask(normalCalendar(calendar))) !== undefined) return [];
    throw new ConfigError({
      what: `${setting} is not a calendar expression that systemd on ${host.name} accepts: ${calendar}`,
      next: [`try one there: systemd-analyze calendar '${calendar}'`, 'or set it to: off'],
    });
  },

  async apply() {},
});

const runTimer = ({ name, calendar = '' }: TimedWork): Step => ({
  title: `Run the timer of ${name}`,

  async diff(host) {
    const [state, normal] = await Promise.all([
      host.ask(timerState(name)),
      host.ask(normalCalendar(calendar)),
    ]);
    const isRight = state.isEnabled && state.isActive && !state.isOutdated && state.calendar === normal;
    return isRight ? [] : [change('timer.start', `start ${name}.timer`, name)];
  },

  async apply(host) {
    await host.run(startTimer(name));
  },
});

const noTimer = ({ name }: TimedWork): Step => ({
  title: `Remove the timer of ${name}`,

  async diff(host) {
    const file = await host.readFile(`/etc/systemd/system/${name}.timer`);
    return file === undefined ? [] : [change('timer.remove', `remove ${name}.timer`, name)];
  },

  async apply(host) {
    await host.run(removeTimer(name));
  },
});

function commandLine(argv: readonly string[]): string {
  const odd = argv.find((word) => !/^[\w@+=:,./-]+$/.test(word));
  if (odd !== undefined) throw new Error(`a unit cannot take this word as it is: ${JSON.stringify(odd)}`);
  return argv.join(' ');
}

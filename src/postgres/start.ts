// As what would a server start? Its signal files and its control file in, a refusal out; nothing is asked here.

import type { Instance } from '../model/instance.ts';
import { controlOf } from './control/control-of.ts';
import { fieldsIn } from '../model/answers.ts';

/** What a server is to be. */
export type StartRole = 'primary' | 'replica';

export interface StartFacts {
  readonly hasStandbySignal: boolean;
  readonly hasRecoverySignal: boolean;
  /** What its control file says that it is, or was when it ended; undefined when that says nothing. */
  readonly was: StartRole | undefined;
}

export interface WrongStart {
  readonly what: string;
  readonly next: readonly string[];
}

interface Subject {
  readonly instance: Instance;
  /** "pg1" */
  readonly name: string;
  readonly as: StartRole;
}

interface Rule {
  readonly reason: string;
  readonly applies: (facts: StartFacts, as: StartRole) => boolean;
  readonly wrong: (subject: Subject, facts: StartFacts) => WrongStart;
}

const signalOf = ({ hasStandbySignal }: StartFacts): string =>
  hasStandbySignal ? 'standby.signal' : 'recovery.signal';

const hasSignal = ({ hasStandbySignal, hasRecoverySignal }: StartFacts): boolean =>
  hasStandbySignal || hasRecoverySignal;

/** The first one that applies decides. */
const rules: readonly Rule[] = [
  {
    reason: 'a signal file that is left on a primary makes its next start a replica, and nobody leads',
    applies: (facts, as) => as === 'primary' && hasSignal(facts) && facts.was === 'primary',
    wrong: ({ instance: { dataDirectory }, name }, facts) => ({
      what: `${name} is the primary, and ${signalOf(facts)} is in ${dataDirectory}: its next start would make it a replica, and nobody would lead`,
      next: [
        `if nobody put it there on purpose, on ${name}: rm ${signals(facts)
          .map((file) => `${dataDirectory}/${file}`)
          .join(' ')}`,
        'then run the same command again',
      ],
    }),
  },
  {
    reason: 'a replica must never become a primary by setting it up again',
    applies: (facts, as) => as === 'primary' && facts.hasStandbySignal,
    wrong: ({ name }) => ({
      what: `${name} is a replica: its data has a standby.signal`,
      next: ['set CLUSTER_DB_PRIMARY_HOST to the node that is the primary now: dbctl status'],
    }),
  },
  {
    reason: 'a recovery that nobody waits for ends with a primary on a timeline of its own',
    applies: (facts, as) =>
      !facts.hasStandbySignal && (as === 'primary' ? hasSignal(facts) : facts.hasRecoverySignal),
    wrong: ({ instance: { dataDirectory }, name }) => ({
      what: `recovery.signal is in ${dataDirectory}: ${name} would replay WAL and then take writes on a timeline of its own`,
      next: [
        `if no restore of your own is under way there, on ${name}: rm ${dataDirectory}/recovery.signal`,
        'then run the same command again',
      ],
    }),
  },
  {
    reason: 'a replica without its signal file starts as a second primary, and its WAL poisons the archive',
    applies: (facts, as) => as === 'replica' && !hasSignal(facts) && facts.was === 'replica',
    wrong: ({ instance: { dataDirectory }, name }) => ({
      what: `${name} is a replica, and standby.signal is missing in ${dataDirectory}: its next start would make it a second primary`,
      next: [
        `put it back, on ${name}: ${putBack(dataDirectory)}`,
        `then run the same command again; or give it the primary's data anew: dbctl reinit ${name}`,
      ],
    }),
  },
  {
    reason: 'a primary holds the only writable copy of the data',
    applies: (facts, as) => as === 'replica' && !hasSignal(facts),
    wrong: ({ instance: { dataDirectory }, name }) => ({
      what: `it holds a primary's data (no standby.signal in ${dataDirectory})`,
      next: [
        `look at every node before anything else: dbctl status; then, to give it the data of the primary: dbctl reinit ${name}`,
      ],
    }),
  },
  {
    reason: 'data that followed another server may lack what that one acknowledged',
    applies: (facts, as) => as === 'primary' && facts.was === 'replica',
    wrong: ({ instance, name }) => ({
      what: `${name} was a replica when it ended, and has no standby.signal in ${instance.dataDirectory}: it would take writes on the timeline of the server that it followed`,
      next: [
        `if it is to be the primary, let it start as the replica that it is, on ${name}: ${putBack(instance.dataDirectory)}`,
        `then start it and promote it, on ${name}: ${controlOf(instance).byHand.start} && runuser -u postgres -- ${instance.binDirectory}/pg_ctl promote -D ${instance.dataDirectory}`,
      ],
    }),
  },
];

const signals = ({ hasStandbySignal, hasRecoverySignal }: StartFacts): readonly string[] => [
  ...(hasStandbySignal ? ['standby.signal'] : []),
  ...(hasRecoverySignal ? ['recovery.signal'] : []),
];

const putBack = (dataDirectory: string): string =>
  `install -o postgres -g postgres -m 600 /dev/null ${dataDirectory}/standby.signal`;

/** Why a server must not be started, or restarted, as what it is to be; undefined when it may. */
export function wrongStart(facts: StartFacts, subject: Subject): WrongStart | undefined {
  return rules.find(({ applies }) => applies(facts, subject.as))?.wrong(subject, facts);
}

const states: Readonly<Record<string, StartRole>> = {
  'in production': 'primary',
  'in crash recovery': 'primary',
  'shutting down': 'primary',
  'shut down': 'primary',
  'in archive recovery': 'replica',
  'shut down in recovery': 'replica',
};

/** From the words of pg_controldata. */
export const roleOfState = (state: string): StartRole | undefined => states[state];

/** From the lines "signals=standby recovery" and "state=in production" of a script. */
export function parseStartFacts(stdout: string): StartFacts {
  const { of } = fieldsIn(stdout);
  const found = of('signals').split(' ');
  return {
    hasStandbySignal: found.includes('standby'),
    hasRecoverySignal: found.includes('recovery'),
    was: roleOfState(of('state')),
  };
}

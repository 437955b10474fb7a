// Who keeps a PostgreSQL server running, and how it is told what to do. Steps know this interface and no unit.

import type { Action, Query } from '../../host/command.ts';

export interface ServerControl {
  /** As an operator finds it on the host: "postgresql@17-main.service". */
  readonly name: string;
  readonly state: Query<ServerState>;
  /** Whether it is meant to run after the next boot. */
  readonly startsAtBoot: Query<boolean>;
  /** Makes it run after every boot, whoever forbade it: a mask, a unit that is disabled, postgresql-common's start.conf. */
  readonly startAtBoot: Action;
  /** What keeps it from being started at all; '' where nothing does. */
  readonly forbidden: Query<string>;
  /** Ends what is left of a start that has died. Begins a start and does not wait for its end, which crash recovery puts off for minutes. */
  readonly start: Action;
  /** Stops the server and waits: a clean stop sends the last WAL to the repository. One that does not run is left alone. */
  readonly stop: Action;
  /** Begins a restart and does not wait for it; the `run` of the state tells when the new server has begun. */
  readonly restart: Action;
  /** Makes the running server read its files. */
  readonly reload: Action;
  /** Sets parameters that need no restart in the running server, and makes it read them. */
  setParameters(parameters: Readonly<Record<string, string>>): readonly Action[];
  /** Why its last start ended: FATAL and what belongs to it, from whichever log it stands in; empty when nothing says so. */
  readonly fatal: Query<string>;
  /** The last lines of its journal, and of the server's newest log file. */
  log(lines: number): Query<string>;
  /** What dbctl writes so that it runs the server as it should. */
  readonly paths: readonly string[];
  /** What a person types on the host. */
  readonly byHand: {
    readonly start: string;
    /** The same, without asking the other nodes whether one of them took over. */
    readonly startAnyway: string;
    readonly stop: string;
    readonly restart: string;
    /** Shows why it ended. */
    readonly journal: string;
  };
}

export interface ServerState {
  /** Also while it starts or stops. */
  readonly isRunning: boolean;
  /** Given up, and not to be waited for. */
  readonly hasFailed: boolean;
  /** Neither running, nor about to. */
  readonly isIdle: boolean;
  /** Names this run of the server: another one as soon as it is started anew. */
  readonly run: string;
}

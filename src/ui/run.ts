// The run of dbctl that goes on: what of it is shown, in which form, and the log that is kept of it. Each process has
// one; cli.ts begins and ends it.

import { redactor, secretsIn } from '../model/redact.ts';
import { watchClusters } from '../config/loaded.ts';
import { watchCommands, type CommandSeen, type LoginSeen } from '../host/watch-commands.ts';
import { lastLines } from '../host/printable.ts';
import type { Secret } from '../model/secret.ts';
import { commandEvent, errorEvents, redactedEvent, verboseLine } from './event-text.ts';
import { printError } from './print-error.ts';
import type { Happening, RunEvent } from './run-event.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import type { Terminal } from './terminal.ts';

export interface RunOptions {
  /** "backup setup" */
  readonly command: string;
  /** As it was typed. */
  readonly line: string;
  readonly version: string;
  /** -q: the answer and errors alone; -v: every command on a host too. */
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** --json: events, one on each line, in place of text. */
  readonly hasEvents: boolean;
  /** stderr. */
  readonly terminal: Terminal;
  /** ~/.local/state/dbctl */
  readonly stateDirectory: string;
}

export class Run {
  readonly options: RunOptions;
  readonly #startedAt = new Date();
  readonly #secrets: Secret[] = [];
  readonly #stops: readonly (() => void)[];
  #redact: ((text: string) => string) | undefined;
  #log: RunLog | string | undefined;

  constructor(options: RunOptions) {
    this.options = options;
    this.#stops = [
      watchClusters((cluster) => this.#hide(secretsIn(cluster))),
      watchCommands((seen) => (seen.kind === 'command' ? this.#tellCommand(seen) : this.tell(asLogin(seen)))),
    ];
    if (options.hasEvents) this.#show(this.#event(this.#beginning()));
  }

  /** Keeps a log from here on. To be called before anything is changed; see openRunLog for what it throws. */
  keepLog(cluster: { readonly name: string }): void {
    if (this.#log !== undefined) return;
    this.#hide(secretsIn(cluster));
    const { stateDirectory: base, command } = this.options;
    this.#log = openRunLog({ base, cluster: cluster.name, command });
    if (typeof this.#log === 'string') this.notice(`this run is not logged: ${this.#log}`);
    else this.#log.write(this.#event({ ...this.#beginning() }, this.#startedAt));
  }

  /** Shows, and keeps, one thing that happened. */
  tell(happening: Happening): void {
    if (this.#isWanted(happening.event)) this.#pass(this.#event(happening));
  }

  /** A line for the user that is neither progress, answer nor error. */
  notice(text: string): void {
    this.tell({ event: 'warning', text });
  }

  /** Shows an error, and answers the exit code. */
  fail(error: unknown): number {
    const errors = errorEvents(error);
    for (const one of errors) this.tell({ event: 'error', ...one });
    if (!this.options.hasEvents) printError(error, this.options.terminal);
    return Math.max(...errors.map(({ exitCode }) => exitCode));
  }

  /** The end: names the log when the run has failed. */
  end(exitCode: number): void {
    const log = isLog(this.#log) ? this.#log : undefined;
    const problem = log?.problem();
    if (problem !== undefined) this.notice(`the log of this run ends early: ${problem}`);
    const durationMs = Date.now() - this.#startedAt.getTime();
    this.tell({ event: 'run-ended', exitCode, durationMs, log: log?.path ?? null });
    for (const stop of this.#stops) stop();
    this.#log = undefined;
    log?.close();
    if (log && exitCode !== 0 && !this.options.hasEvents)
      this.options.terminal.write(`the whole run: ${log.path}\n`);
  }

  #beginning(): Happening {
    return { event: 'run-started', command: this.options.line, version: this.options.version };
  }

  #hide(secrets: readonly Secret[]): void {
    this.#secrets.push(...secrets);
    this.#redact = undefined;
  }

  /** Word by word: the scripts among them are always the same, and long. */
  #tellCommand(seen: CommandSeen): void {
    if (!this.#isWanted('command')) return;
    const redact = this.#redactor();
    const argv = seen.argv.map((word) => redact(word));
    const event = commandEvent({ ...seen, argv, stderr: redact(lastLines(seen.stderr, longestStderr)) });
    this.#pass({ at: new Date().toISOString(), ...event });
  }

  #pass(event: RunEvent): void {
    if (isLog(this.#log)) this.#log.write(event);
    if (this.#isShown(event.event)) this.#show(event);
  }

  #redactor(): (text: string) => string {
    return (this.#redact ??= remembering(redactor(this.#secrets)));
  }

  #event(happening: Happening, at = new Date()): RunEvent {
    return { at: at.toISOString(), ...redactedEvent(happening, this.#redactor()) };
  }

  #isWanted(event: Happening['event']): boolean {
    return isLog(this.#log) || this.#isShown(event);
  }

  #isShown(event: Happening['event']): boolean {
    const { verbosity, hasEvents } = this.options;
    if (event === 'command' || event === 'login') return verbosity === 'verbose';
    return hasEvents || event === 'warning';
  }

  #show(event: RunEvent): void {
    const { terminal, hasEvents } = this.options;
    const text = hasEvents
      ? JSON.stringify(event)
      : event.event === 'warning'
        ? event.text
        : verboseLine(event);
    if (text !== undefined) terminal.write(`${text}\n`);
  }
}

const isLog = (log: RunLog | string | undefined): log is RunLog => typeof log === 'object';

const asLogin = ({ host, user, durationMs }: LoginSeen): Happening => ({
  event: 'login',
  host,
  user,
  durationMs: Math.round(durationMs),
});

/** A run says the same things again and again; taking secrets out of them is work. */
function remembering(redact: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const answer = known.get(text) ?? redact(text);
    if (known.size < mostRemembered) known.set(text, answer);
    return answer;
  };
}

const mostRemembered = 2000;

/** How many lines of a command's stderr are told. */
const longestStderr = 20;

// The form of a command: what can be typed, what it needs to know, one call, and how the answer is shown. `run` and
// `text` import what they call, so that --help and the shell's completion start at once.

import { type Command, Option } from 'commander';
import { loginEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { colourLevel, type Terminal } from '../ui/terminal.ts';
import { answerJson, type JsonForm } from './answer-json.ts';
import {
  commonFlags,
  withCommonFlags,
  withOutputFlags,
  type CommonFlags,
  type Flags,
  type Positionals,
  type Values,
} from './flags.ts';
import { provide, type Needs } from './needs.ts';

export interface CommandForm<
  Arguments extends Positionals,
  Own extends Flags,
  Need extends keyof Needs,
  Access,
  Answer,
> {
  readonly needs: Need;
  readonly arguments?: Arguments;
  readonly flags?: Own;
  /** What `--yes` does, for a command that asks. */
  readonly yes?: string;
  /** Whether everything behind its first argument is somebody else's command line. */
  readonly passesThrough?: boolean;
  /** Shown below the help. */
  readonly help?: string;
  /** Command lines, and what each does, in a few words. */
  readonly examples?: Readonly<Record<string, string>>;
  /** What it does: one call. */
  readonly run: (context: Context<Arguments, Own, Need> & Access) => Promise<Answer>;
  /** The answer for people; without it, nothing is shown. */
  readonly text?: (answer: Answer, context: Context<Arguments, Own, Need> & Access) => Eventually<string>;
  /** The answer for machines; without it, what `run` answered. */
  readonly json?: (answer: Answer, context: Context<Arguments, Own, Need> & Access) => unknown;
  readonly exitCode?: (answer: Answer, context: Context<Arguments, Own, Need> & Access) => Eventually<number>;
  /** Milliseconds after which it is asked and shown again, until it is interrupted; undefined: once. */
  readonly everyMs?: (context: Context<Arguments, Own, Need> & Access) => number | undefined;
  /** Called when the answer was shown; throws when it is nothing to be content with. */
  readonly verdict?: (answer: Answer, context: Context<Arguments, Own, Need> & Access) => Promise<void>;
}

/** Where the answer may take an import. */
export type Eventually<Value> = Value | Promise<Value>;

export type Context<
  Arguments extends Positionals,
  Own extends Flags,
  Need extends keyof Needs,
> = Needs[Need] & Typed<Arguments, Own>;

/** What was typed. */
export interface Typed<Arguments extends Positionals, Own extends Flags> {
  readonly args: Values<Arguments>;
  readonly flags: Values<Own>;
  readonly output: CommonFlags['output'];
  readonly yes: boolean;
  /** "backup run", and its arguments: what is done, in a few words. */
  readonly title: string;
  /** chalk's level for the answer. */
  readonly colour: 0 | 1;
  /** Goes on only when somebody types the name, or has said `--yes`; `what` is a sentence. */
  readonly confirm: (name: string, what: string) => Promise<void>;
  /** Shows what long work does, on stderr. */
  readonly progress: () => Promise<Listener>;
  /** Shows a line that is neither progress, answer nor error; not with -q. */
  readonly remark: (text: string) => void;
}

/** Adds a command's flags, arguments and action to its name. */
export type Definition = (bare: Command) => Command;

/** What a kind of commands has in common besides the form: flags of their own, and what `run` gets for them. */
export interface Kind<Shared extends Flags, Access> {
  readonly flags: Shared;
  /** Whether hosts are logged in on; all parts of a command share the logins. */
  readonly reachesHosts: boolean;
  readonly login: (flags: Values<Shared>) => LoginOptions;
  readonly access: (flags: Values<Shared>, typed: Typed<Positionals, Flags>, login: LoginOptions) => Access;
}

/** Makes commands of a kind. */
export const commandsOf =
  <Shared extends Flags, Access>(kind: Kind<Shared, Access>) =>
  <Need extends keyof Needs, Answer, Arguments extends Positionals, Own extends Flags>(
    form: CommandForm<Arguments, Own, Need, Access, Answer>,
  ): Definition =>
  (bare) => {
    const { needs, flags = {}, yes, help, run, text, json = (answer) => answer, exitCode, verdict } = form;
    const { everyMs } = form;
    const positionals: Positionals = form.arguments ?? {};
    if (needs === 'nothing') withOutputFlags(bare).addOption(hiddenConfig());
    else withCommonFlags(bare);
    for (const { option } of Object.values({ ...kind.flags, ...flags })) bare.addOption(option);
    bare.addOption(new Option('-y, --yes', yes ?? 'ask nothing').hideHelp(yes === undefined));
    for (const { argument } of Object.values(positionals)) bare.addArgument(argument);
    if (form.passesThrough) bare.passThroughOptions();
    if (form.examples !== undefined) bare.addHelpText('after', `\nExamples:\n${examplesText(form.examples)}`);
    if (help !== undefined) bare.addHelpText('after', `\n${help}`);
    return bare.action(async () => {
      const shared = valuesOf(kind.flags, bare);
      const { remarks } = await import('../ui/current-run.ts');
      const typed = typedIn(bare, form, remarks(process.stderr));
      const logins = kind.reachesHosts ? (await import('../host/logins.ts')).openLogins() : undefined;
      const login = { ...kind.login(shared), logins };
      try {
        const needed = await provide[needs]({ file: commonFlags(bare).config, login });
        const context = { ...needed, ...typed, ...kind.access(shared, typed, login) };
        const isJson = typed.output === 'json';
        const shown = async (answer: Answer, layout: JsonForm = 'indented'): Promise<string> =>
          isJson
            ? answerJson(await json(answer, context), clusterIn(needed), layout)
            : ((await text?.(answer, context)) ?? '');
        const repeatedMs = everyMs?.(context);
        if (repeatedMs !== undefined) {
          const look = async (): Promise<string> => {
            logins?.forgetFailures();
            return shown(await run(context), 'one line');
          };
          const { stdout: out, stderr: problems } = process;
          const { watch } = await import('./watch.ts');
          await watch({ look, everyMs: repeatedMs, isJson, out, problems });
          return;
        }
        const answer = await run(context);
        if (exitCode) process.exitCode = await exitCode(answer, context);
        if (text) process.stdout.write(await shown(answer));
        await verdict?.(answer, context);
      } finally {
        logins?.end();
      }
    });
  };

/** The name of the cluster that a command is about. */
const clusterIn = (needed: Needs[keyof Needs]): string | undefined =>
  'cluster' in needed ? needed.cluster.name : undefined;

/** Each on two lines, so that long ones are never broken: they are copied. */
const examplesText = (examples: Readonly<Record<string, string>>): string =>
  Object.entries(examples)
    .map(([line, about]) => `  ${line}\n      ${about}`)
    .join('\n');

/** Accepted by every command, also by those that read no file. */
const hiddenConfig = (): Option => new Option('-c, --config <file>').hideHelp();

/** Commands that reach no host. */
export const command = commandsOf<Flags, object>({
  flags: {},
  reachesHosts: false,
  login: () => loginEnvironment(),
  access: () => ({}),
});

function typedIn<Arguments extends Positionals, Own extends Flags>(
  typed: Command,
  { arguments: positionals, flags }: { readonly arguments?: Arguments; readonly flags?: Own },
  remarks: Terminal,
): Typed<Arguments, Own> {
  const words = typed.processedArgs as readonly unknown[];
  const args = Object.entries(positionals ?? {}).map(([name, { read }], index) => [name, read(words[index])]);
  const { output, yes } = commonFlags(typed);
  return {
    args: Object.fromEntries(args) as Values<Arguments>,
    flags: valuesOf((flags ?? {}) as Own, typed),
    output,
    yes,
    title: [...namesOf(typed), ...typed.args].join(' '),
    colour: colourLevel(process.stdout),
    async confirm(name, what) {
      const { confirmByName } = await import('../ui/confirm.ts');
      await confirmByName(name, what, { yes });
    },
    progress: async () => (await import('../ui/progress-for.ts')).progressFor(process.stderr),
    remark: (text) => remarks.write(`${text}\n`),
  };
}

function valuesOf<Own extends Flags>(flags: Own, typed: Command): Values<Own> {
  const given = typed.opts();
  const values = Object.entries(flags).map(([name, { option, read }]) => [
    name,
    read(given[option.attributeName()]),
  ]);
  return Object.fromEntries(values) as Values<Own>;
}

/** "backup", "run": without the name of dbctl itself. */
export const namesOf = (named: Command): readonly string[] =>
  named.parent === null ? [] : [...namesOf(named.parent), named.name()];

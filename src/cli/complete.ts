// What could be typed next, for the completion of a shell: read from the very program that will run it.

import type { Argument, Command, Option } from 'commander';
import { expandHome } from '../config/shown-path.ts';
import type { NamedNode } from '../cluster-file/node-names.ts';

export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What the shell itself knows better. */
export type Completion = readonly Candidate[] | 'files' | 'directories';

/** Where the names of nodes come from: a file, which may not be there. */
export type NodeNames = (file: string) => Promise<readonly NamedNode[]>;

/** What the words before the last one have led to. */
interface Place {
  readonly command: Command;
  /** How many of its arguments are there already. */
  readonly argumentsBefore: number;
  /** The option whose value comes next. */
  readonly option: Option | undefined;
  /** Nothing is an option any more, after `--`. */
  readonly isLiteral: boolean;
  readonly config: string;
}

/** Completes the last word. `words` come after "dbctl"; the last one may be empty. */
export async function complete(
  program: Command,
  words: readonly string[],
  nodeNames: NodeNames,
): Promise<Completion> {
  const joined = withoutEqualSigns(words);
  const word = joined.at(-1) ?? '';
  const place = joined.slice(0, -1).reduce(step, {
    command: program,
    argumentsBefore: 0,
    option: undefined,
    isLiteral: false,
    config: '.env.cluster',
  });
  if (place.option) return valuesOf(place.option, place, nodeNames);
  if (word.startsWith('-') && !place.isLiteral) return afterDash(word, place, nodeNames);
  const below = place.argumentsBefore === 0 ? commandsOf(place.command) : [];
  const argument = argumentAt(place);
  const values = argument ? await valuesOf(argument, place, nodeNames) : [];
  return typeof values === 'string' && below.length === 0 ? values : [...below, ...asList(values)];
}

/** bash makes three words of `--from=auto`. */
const withoutEqualSigns = (words: readonly string[]): readonly string[] =>
  words.flatMap((word, index) => {
    const isSign = word === '=' && words[index - 1]?.startsWith('--') === true;
    return isSign ? (index === words.length - 1 ? [''] : []) : [word];
  });

function step(place: Place, word: string): Place {
  const { command, option } = place;
  if (option) return { ...withValue(place, option, word), option: undefined };
  if (place.isLiteral) return { ...place, argumentsBefore: place.argumentsBefore + 1 };
  if (word === '--') return { ...place, isLiteral: true };
  if (word.startsWith('-')) {
    const [name, value] = splitAtSign(word);
    const found = optionsOf(command).find(({ long, short }) => name === long || name === short);
    if (found === undefined || isFlag(found)) return place;
    return value === undefined ? { ...place, option: found } : withValue(place, found, value);
  }
  const child = command.commands.find((one) => [one.name(), ...one.aliases()].includes(word));
  if (child && place.argumentsBefore === 0) return { ...place, command: child };
  return { ...place, argumentsBefore: place.argumentsBefore + 1 };
}

const withValue = (place: Place, option: Option, value: string): Place =>
  option.long === '--config' ? { ...place, config: expandHome(value) } : place;

const splitAtSign = (word: string): readonly [string, string | undefined] => {
  const sign = word.indexOf('=');
  return sign === -1 ? [word, undefined] : [word.slice(0, sign), word.slice(sign + 1)];
};

const isFlag = ({ required, optional }: Option): boolean => !required && !optional;

async function afterDash(word: string, place: Place, nodeNames: NodeNames): Promise<Completion> {
  const [name, value] = splitAtSign(word);
  const options = optionsOf(place.command);
  if (value === undefined) {
    return options.flatMap(({ long, short, description }) => ({
      value: long ?? short ?? '',
      about: description,
    }));
  }
  const option = options.find(({ long }) => long === name);
  const values = option && !isFlag(option) ? await valuesOf(option, place, nodeNames) : [];
  return asList(values).map((one) => ({ ...one, value: `${name}=${one.value}` }));
}

/** A command's options, then those of the commands above it, each once. */
function optionsOf(command: Command): readonly Option[] {
  const above = command.parent === null ? [] : optionsOf(command.parent);
  const own = command.options.filter(({ hidden }) => !hidden);
  return [...own, ...above.filter(({ long }) => own.every((one) => one.long !== long))];
}

const commandsOf = (command: Command): readonly Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), about: one.description() }));

function argumentAt({ command, argumentsBefore }: Place): Argument | undefined {
  const list = command.registeredArguments;
  const last = list.at(-1);
  return list[argumentsBefore] ?? (last?.variadic ? last : undefined);
}

/** The words that may stand for a node in `<…>`. */
const nodeWords = /^(?:node|host|replica)s?$/;

/** The values of an option or an argument: its choices, or what its placeholder says. */
async function valuesOf(one: Option | Argument, place: Place, nodeNames: NodeNames): Promise<Completion> {
  if (one.argChoices) return one.argChoices.map((value) => ({ value, about: '' }));
  const placeholder = 'flags' in one ? (/[<[]([^\]>.]*)/.exec(one.flags)?.[1] ?? '') : one.name();
  if (/^(?:file|path)$/.test(placeholder)) return 'files';
  if (/^dir(?:ectory)?$/.test(placeholder)) return 'directories';
  if (!nodeWords.test(placeholder)) return [];
  return (await nodeNames(place.config)).map(({ name, about }) => ({ value: name, about }));
}

const asList = (completion: Completion): readonly Candidate[] =>
  typeof completion === 'string' ? [] : completion;

/** Answers a shell: a candidate and what it is on each line, or what the shell itself completes. Says nothing else. */
export async function answer(program: Command, words: readonly string[]): Promise<void> {
  const completion = await complete(program, words, namesIn);
  process.stdout.write(linesOf(completion, words.at(-1) ?? '').join(''));
}

/** Only where a node may come next: reading the file is most of the time that an answer takes. */
const namesIn: NodeNames = async (file) => (await import('../cluster-file/node-names.ts')).nodeNames(file);

function linesOf(completion: Completion, word: string): readonly string[] {
  if (typeof completion === 'string') return [`:${completion}\n`];
  const begun = word === '=' ? '' : word;
  return completion
    .filter(({ value }) => value.startsWith(begun))
    .map(({ value, about }) => `${value}\t${about.replaceAll(/\s+/g, ' ')}\n`);
}

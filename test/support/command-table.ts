import type { Command } from 'commander';

const begin = '<!-- commands:begin (generated from dbctl --help) -->';
const end = '<!-- commands:end -->';

/** A text with the part between its markers replaced by a table of all commands. */
export function withCommandTable(text: string, program: Command): string {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the text needs ${begin} and ${end}`);
  const rows = program.commands.flatMap((command) => rowsOf(command));
  return [before + begin, '', '| Command | |', '|---|---|', ...rows, '', end + after].join('\n');
}

function rowsOf(command: Command, parent = 'dbctl'): readonly string[] {
  const name = `${parent} ${command.name()}`;
  const children = command.commands.flatMap((child) => rowsOf(child, name));
  return children.length > 0 && !doesSomething(command) ? children : [rowOf(command, name), ...children];
}

/** Can be typed without one of the words that may follow it; commander has no public way to ask. */
const doesSomething = (command: Command): boolean => Boolean(Reflect.get(command, '_actionHandler'));

function rowOf(command: Command, name: string): string {
  const words = [name, ...command.registeredArguments.map(argumentOf)].join(' ');
  const alias = command.alias() ? ` (also \`${command.alias()}\`)` : '';
  return `| \`${words}\`${alias} | ${capital(command.description()).replaceAll('|', '\\|')} |`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function argumentOf(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

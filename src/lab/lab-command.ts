// `dbctl lab up|down|status|ssh|env`.

import { labEnvironment } from '../config/environment.ts';
import { command } from '../kit/command.ts';
import { argument, flag, option } from '../kit/flags.ts';
import { labName } from './lab-flags.ts';

export const labUpCommand = command({
  needs: 'nothing',
  flags: {
    name: labName,
    hosts: option('--hosts <names>', 'names of the hosts (default: control,pg1,pg2,pg3)'),
    network: option('--network <cidr>', 'a /24 for them (default: one that nothing here uses)'),
    bare: flag('--bare', 'hosts without PostgreSQL'),
    release: option('--release <release>', 'trixie or bookworm (default: trixie)'),
    online: flag('--online', "let the hosts reach outside, this machine's package mirror above all"),
    dir: option('--dir <directory>', 'where .env.cluster and the SSH key are written (default: here)'),
  },
  async run({ flags, progress }) {
    const [{ labUp }, { readRequest }] = await Promise.all([import('./up.ts'), import('./request.ts')]);
    return labUp(readRequest(flags), labEnvironment(), await progress(), process.cwd());
  },
  text: async (made) => (await import('./describe.ts')).describeUp(made, process.cwd()),
  json: ({ lab, changes }) => ({ ...lab, changes }),
});

export const labDownCommand = command({
  needs: 'nothing',
  flags: { name: labName, all: flag('--all', 'every lab of this machine') },
  async run({ flags: { name, all } }) {
    const { labDown } = await import('./down.ts');
    return { removed: await labDown(labEnvironment(), all ? 'all' : { name }) };
  },
  text: ({ removed }) =>
    removed.map((gone) => `The lab "${gone}" is gone\n`).join('') || 'No such lab is there: 0 changes\n',
});

export const labStatusCommand = command({
  needs: 'nothing',
  flags: { name: option('--name <lab>', 'which lab (default: all)') },
  run: async ({ flags }) => (await import('./status.ts')).labStatus(labEnvironment().root, flags.name),
  text: async (labs) => (await import('./describe.ts')).describeStatus(labs),
});

/** Answers nothing of its own: what the host says goes to the terminal. */
export const labSshCommand = command({
  needs: 'nothing',
  passesThrough: true,
  arguments: {
    host: argument('<host>', 'its name'),
    words: argument('[command...]', 'what to run there'),
  },
  flags: { name: labName },
  async run({ args: { host, words }, flags: { name } }) {
    const [{ labSsh }, { findLab }] = await Promise.all([import('./ssh.ts'), import('./status.ts')]);
    return labSsh(findLab(labEnvironment().root, name), host, words);
  },
  exitCode: (code) => code,
});

export const labEnvCommand = command({
  needs: 'nothing',
  flags: { name: labName },
  run: async ({ flags }) => (await import('./status.ts')).findLab(labEnvironment().root, flags.name),
  text: async (lab) => (await import('./shell-lines.ts')).shellLines(lab),
  json: async (lab) => (await import('./shell-lines.ts')).shellVariables(lab),
});

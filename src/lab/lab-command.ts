// `dbctl lab …`: a command by each name that commands.ts lists.

import { labEnvironment } from '../config/environment.ts';
import { command } from '../kit/command.ts';
import { argument, flag, option } from '../kit/flags.ts';
import { faultHelp, faultNames, programs, readFault, written } from './faults.ts';

const labName = option('--name <lab>', 'which lab', { read: String, otherwise: 'lab' });

export const up = command({
  needs: 'nothing',
  flags: {
    name: labName,
    hosts: option('--hosts <names>', 'names of the hosts (default: control,pg1,pg2,pg3)'),
    network: option('--network <cidr>', 'a /24 for them (default: one that nothing here uses)'),
    bare: flag('--bare', 'hosts without PostgreSQL'),
    release: option('--release <release>', 'trixie, bookworm or forky (default: trixie)'),
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

export const down = command({
  needs: 'nothing',
  flags: { name: labName, all: flag('--all', 'every lab of this machine') },
  async run({ flags: { name, all } }) {
    const { labDown } = await import('./down.ts');
    return { removed: await labDown(labEnvironment(), all ? 'all' : { name }) };
  },
  text: ({ removed }) =>
    removed.map((gone) => `The lab "${gone}" is gone\n`).join('') || 'No such lab is there: 0 changes\n',
});

export const status = command({
  needs: 'nothing',
  flags: { name: option('--name <lab>', 'which lab (default: all)') },
  run: async ({ flags }) => (await import('./status.ts')).labStatus(labEnvironment().root, flags.name),
  text: async (labs) => (await import('./describe.ts')).describeStatus(labs),
});

export const breakHosts = command({
  needs: 'nothing',
  arguments: {
    fault: argument('<fault>', 'what is broken; see below', faultNames),
    hosts: argument('<host...>', 'their names'),
  },
  flags: {
    name: labName,
    program: option('--program <program>', 'what is killed, frozen or stopped', { choices: programs }),
    ports: option('--ports <ports>', "TCP ports, separated by commas (default: etcd's)", {
      read: written(/^\d{1,5}(,\d{1,5}){0,14}$/, '--ports 5432,8008'),
    }),
    rate: option('--rate <rate>', 'what the link carries at most', {
      read: written(/^\d{1,6}[kmg]?bit$/, '--rate 10mbit'),
    }),
    delay: option('--delay <time>', 'how much later packets arrive', {
      read: written(/^\d{1,6}ms$/, '--delay 200ms'),
    }),
    loss: option('--loss <share>', 'how many packets are lost', {
      read: written(/^\d{1,2}(\.\d{1,2})?%$/, '--loss 5%'),
    }),
    path: option('--path <directory>', 'on the file system that is filled (default: /var/lib/postgresql)', {
      read: written(/^\/\S*$/, '--path /srv/wal'),
    }),
  },
  help: faultHelp,
  examples: {
    'sudo dbctl lab break power pg1': 'the host of pg1 is dead',
    'sudo dbctl lab break freeze pg1 --program patroni': 'it runs, and does nothing',
    'sudo dbctl lab break ports pg1 pg2': "etcd's members do not hear each other",
    'sudo dbctl lab heal': 'everything is as before',
  },
  async run({ args: { fault, hosts }, flags: { name, ...flags }, progress }) {
    const { labBreak } = await import('./break.ts');
    return labBreak(readFault(fault, flags), { name, hosts }, labEnvironment(), await progress());
  },
  text: async ({ changes }) => (await import('./describe.ts')).describeChanges(changes),
});

export const heal = command({
  needs: 'nothing',
  arguments: { hosts: argument('[host...]', 'their names (default: all of the lab)') },
  flags: { name: labName },
  run: async ({ args: { hosts }, flags: { name }, progress }) =>
    (await import('./heal.ts')).labHeal({ name, hosts: hosts ?? [] }, labEnvironment(), await progress()),
  text: async ({ changes }) => (await import('./describe.ts')).describeChanges(changes),
});

/** Answers nothing of its own: what the host says goes to the terminal. */
export const ssh = command({
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

export const env = command({
  needs: 'nothing',
  flags: { name: labName },
  run: async ({ flags }) => (await import('./status.ts')).findLab(labEnvironment().root, flags.name),
  text: async (lab) => (await import('./describe.ts')).shellLines(lab),
  json: async (lab) => (await import('./describe.ts')).shellVariables(lab),
});

export const save = command({
  needs: 'nothing',
  arguments: { saveAs: argument('<saved>', 'what to call it') },
  flags: { name: labName },
  run: async ({ args: { saveAs }, flags: { name }, progress }) =>
    (await import('./save.ts')).saveLab({ name, saveAs }, labEnvironment(), await progress()),
  text: async (kept) => (await import('./describe.ts')).describeSave(kept),
});

export const restore = command({
  needs: 'nothing',
  arguments: { savedAs: argument('<saved>', 'what it was saved as') },
  flags: {
    name: option('--name <lab>', 'what to call the lab (default: the name it had)'),
    isolated: flag(
      '--isolated',
      'beside labs with the same addresses: its network is in a namespace of its own',
    ),
    dir: option(
      '--dir <directory>',
      'where .env.cluster and the SSH key are written (default: where they were)',
    ),
  },
  async run({ args: { savedAs }, flags, progress }) {
    const { restoreLab } = await import('./restore.ts');
    return restoreLab(savedAs, flags, labEnvironment(), await progress(), process.cwd());
  },
  text: async (lab, { args: { savedAs } }) =>
    (await import('./describe.ts')).describeRestore(savedAs, lab, process.cwd()),
});

export const saved = command({
  needs: 'nothing',
  async run() {
    const { allSaved, sizeOf } = await import('./saved.ts');
    const all = allSaved(labEnvironment().root);
    return Promise.all(all.map(async (one) => ({ ...one, bytes: await sizeOf(one) })));
  },
  text: async (all) => (await import('./describe.ts')).describeSaved(all),
});

export const forget = command({
  needs: 'nothing',
  arguments: { savedAs: argument('<saved>', 'what it was saved as') },
  async run({ args: { savedAs } }) {
    const isRemoved = await (await import('./down.ts')).forgetSaved(savedAs, labEnvironment());
    return { removed: isRemoved ? [savedAs] : [] };
  },
  text: ({ removed }) =>
    removed.map((gone) => `The saved lab "${gone}" is gone\n`).join('') ||
    'No such lab was saved: 0 changes\n',
});

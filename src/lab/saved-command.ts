// `dbctl lab save|restore|saved|forget`.

import { labEnvironment } from '../config/environment.ts';
import { command } from '../kit/command.ts';
import { argument, flag, option } from '../kit/flags.ts';
import { labName } from './lab-flags.ts';

export const labSaveCommand = command({
  needs: 'nothing',
  arguments: { saveAs: argument('<saved>', 'what to call it') },
  flags: { name: labName },
  run: async ({ args: { saveAs }, flags: { name }, progress }) =>
    (await import('./save.ts')).saveLab({ name, saveAs }, labEnvironment(), await progress()),
  text: async (kept) => (await texts()).describeSave(kept),
});

export const labRestoreCommand = command({
  needs: 'nothing',
  arguments: { saved: argument('<saved>', 'what it was saved as') },
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
  async run({ args: { saved }, flags, progress }) {
    const { restoreLab } = await import('./restore.ts');
    return restoreLab(saved, flags, labEnvironment(), await progress(), process.cwd());
  },
  text: async (lab, { args: { saved } }) => (await texts()).describeRestore(saved, lab, process.cwd()),
});

export const labSavedCommand = command({
  needs: 'nothing',
  async run() {
    const { allSaved, sizeOf } = await import('./saved.ts');
    const all = allSaved(labEnvironment().root);
    return Promise.all(all.map(async (one) => ({ ...one, bytes: await sizeOf(one) })));
  },
  text: async (all) => (await texts()).describeSaved(all),
});

export const labForgetCommand = command({
  needs: 'nothing',
  arguments: { saved: argument('<saved>', 'what it was saved as') },
  async run({ args: { saved } }) {
    const isRemoved = await (await import('./forget.ts')).forgetSaved(saved, labEnvironment());
    return { removed: isRemoved ? [saved] : [] };
  },
  text: ({ removed }) =>
    removed.map((gone) => `The saved lab "${gone}" is gone\n`).join('') ||
    'No such lab was saved: 0 changes\n',
});

const texts = () => import('./describe-saved.ts');

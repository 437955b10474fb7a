import type { Command } from 'commander';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl config explain [name]`: what settings mean. Reads no file. */
export const configExplain = (bare: Command): Command =>
  withCommonFlags(bare)
    .argument('[name]', 'a setting, by any of its names')
    .action(async (name: string | undefined, _flags: object, command: Command) => {
      const { explain, explainAll } = await import('../config/explain.ts');
      const { explainedList, explainedText } = await import('./explain-text.ts');
      const found = name === undefined ? explainAll() : explain(name);
      const { output } = commonFlags(command);
      if (output === 'json') process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else process.stdout.write('name' in found ? explainedText(found) : explainedList(found));
    });

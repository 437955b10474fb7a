import { command } from '../kit/command.ts';
import { argument } from '../kit/flags.ts';

/** `dbctl config explain [name]`: what settings mean. Reads no file. */
export const configExplain = command({
  needs: 'nothing',
  arguments: { name: argument('[name]', 'a setting, by any of its names') },
  async run({ args: { name } }) {
    const { explain, explainAll } = await import('../config/explain.ts');
    return name === undefined ? explainAll() : explain(name);
  },
  async text(found) {
    const { explainedList, explainedText } = await import('./explain-text.ts');
    return 'name' in found ? explainedText(found) : explainedList(found);
  },
});

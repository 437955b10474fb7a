import { command } from '../kit/command.ts';
import { argument } from '../kit/flags.ts';
import { shownMachine, shownNode } from '../model/cluster.ts';

/** `dbctl config`: what .env.cluster was understood to say, without secrets. */
export const configShow = command({
  needs: 'settings',
  async run(understood) {
    const { shownSettings, unusedLines } = await import('./shown-settings.ts');
    const { cluster } = understood;
    return { cluster, settings: shownSettings(understood), unused: unusedLines(understood) };
  },
  text: async (shown) => (await import('./settings-text.ts')).settingsText(shown),
  json({ cluster, ...rest }) {
    const nodes = cluster.nodes.map((node, index) => ({
      ...shownNode(node),
      expectedRole: index === 0 ? 'primary' : 'replica',
    }));
    return { file: cluster.file, nodes, control: shownMachine(cluster.control), ...rest };
  },
});

/** `dbctl config explain [name]`: what settings mean. Reads no file. */
export const configExplain = command({
  needs: 'nothing',
  arguments: { name: argument('[name]', 'a setting, by any of its names') },
  async run({ args: { name } }) {
    const { explain, explainAll } = await import('./explain.ts');
    return name === undefined ? explainAll() : explain(name);
  },
  json: (found) => ({ settings: [found].flat() }),
  async text(found) {
    const { explainedList, explainedText } = await import('./settings-text.ts');
    return 'name' in found ? explainedText(found) : explainedList(found);
  },
});

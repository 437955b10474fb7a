import { command } from '../kit/command.ts';

/** `dbctl config`: what .env.cluster was understood to say, without secrets. */
export const configShow = command({
  needs: 'settings',
  async run(understood) {
    const { shownSettings, unusedLines } = await import('../config/shown-settings.ts');
    const { cluster } = understood;
    return { cluster, settings: shownSettings(understood), unused: unusedLines(understood) };
  },
  text: async (shown) => (await import('./settings-text.ts')).settingsText(shown),
  json({ cluster, ...rest }) {
    const nodes = cluster.nodes.map((node, index) => ({
      ...node,
      role: index === 0 ? 'primary' : 'replica',
    }));
    return { cluster: cluster.name, file: cluster.file, nodes, control: cluster.control, ...rest };
  },
});

import type { Command } from 'commander';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl config`: what .env.cluster was understood to say, without secrets. */
export const configShow = (bare: Command): Command =>
  withCommonFlags(bare).action(async (_flags: object, command: Command) => {
    const { loadConfig } = await import('../config/load.ts');
    const { shownSettings, unusedLines } = await import('../config/shown-settings.ts');
    const { settingsText } = await import('./settings-text.ts');
    const { config, output } = commonFlags(command);
    const understood = loadConfig(config);
    const { cluster } = understood;
    const settings = shownSettings(understood);
    const unused = unusedLines(understood);
    if (output === 'table') {
      process.stdout.write(settingsText({ cluster, settings, unused }));
      return;
    }
    const { name, file, control } = cluster;
    const nodes = cluster.nodes.map((node, index) => ({
      ...node,
      role: index === 0 ? 'primary' : 'replica',
    }));
    const answer = { cluster: name, file, nodes, control, settings, unused };
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  });

import { argument } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';

/** `dbctl render <template>`: a configuration file exactly as it would be written on a node. */
export const renderTemplate = lookCommand({
  needs: 'cluster',
  arguments: {
    template: argument('<template>', 'the file', ['postgresql.conf', 'pg_hba.conf']),
    name: argument('[node]', 'a node of .env.cluster (default: the primary)'),
  },
  run: async ({ cluster, args: { template, name }, login }) =>
    (await import('./render-facts.ts')).renderOn({ cluster, template, name }, login),
  text: ({ content }) => content,
});

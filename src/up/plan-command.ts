import { lookCommand } from '../kit/look-command.ts';

/** What `plan` answers when something is to be made, as terraform does in kind; a plan that is not whole ends with 3. */
const changesExitCode = 10;

/** `dbctl plan`: what `up` would do, line by line; changes nothing. */
export const plan = lookCommand({
  needs: 'cluster',
  examples: {
    'dbctl plan': 'what up would change',
    'dbctl plan -o json > plan.json': 'for review; dbctl up --plan plan.json then makes exactly that',
  },
  run: async ({ cluster, login }) => (await import('./plan-operation.ts')).lookAhead(cluster, login),
  text: async (answer) => (await import('./up-plan-text.ts')).upPlanText(answer.plan),
  async json(answer) {
    const { planFormat } = await import('./plan-file.ts');
    const { version } = await import('../model/version.ts');
    return { format: planFormat, dbctl: version(), ...answer.plan };
  },
  exitCode: (answer) => (answer.plan.changes.length > 0 ? changesExitCode : 0),
  async verdict({ problem }) {
    if (problem) throw problem;
  },
});

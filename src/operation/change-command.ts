// Commands that change hosts. They reach them through the lock of the cluster, and show what they changed.

import type { PlanResult } from '../engine/run-plan.ts';
import {
  commandsOf,
  type CommandForm,
  type Context,
  type Definition,
  type Eventually,
  type Typed,
} from '../kit/command.ts';
import { dryRunFlag, duration, option, type Flags, type Positionals } from '../kit/flags.ts';
import { hostFlags, loginOf, type LookAccess } from '../kit/look-command.ts';
import type { Needs } from '../kit/needs.ts';
import { changing, type ChangeHosts, type ChangeRequest } from './change-hosts.ts';

/** What the operation behind a command may do. */
export interface ChangeAccess
  extends LookAccess, Pick<Typed<Positionals, Flags>, 'remark' | 'confirm' | 'yes'> {
  readonly dryRun: boolean;
  readonly changeHosts: ChangeHosts;
}

const lockFlags = {
  ...hostFlags,
  lockWait: option(
    '--lock-wait <duration>',
    'how long to wait (30s, 5m) for another operation on the cluster to end',
    { read: duration },
  ),
};

const changeFlags = (dryRun?: string) => ({ ...lockFlags, dryRun: dryRunFlag(dryRun) });

/** For commands that take the lock and answer something else than changes. */
export const lockedCommand = commandsOf<typeof lockFlags, ChangeAccess>({
  flags: lockFlags,
  reachesHosts: true,
  login: loginOf,
  access: ({ lockWait }, typed, login) => accessTo({ ...typed, lockWait, login, dryRun: false }),
});

interface ChangeForm<
  Arguments extends Positionals,
  Own extends Flags,
  Need extends keyof Needs,
  Answer,
> extends Omit<CommandForm<Arguments, Own, Need, ChangeAccess, Answer>, 'text' | 'json'> {
  /** What `--dry-run` shows. */
  readonly dryRun?: string;
  /** What people read before the count of changes. */
  readonly text?: (answer: Answer, context: ChangeContext<Arguments, Own, Need>) => Eventually<string>;
  /** What machines read besides the changes. */
  readonly json?: (answer: Answer, context: ChangeContext<Arguments, Own, Need>) => Eventually<object>;
}

type ChangeContext<
  Arguments extends Positionals,
  Own extends Flags,
  Need extends keyof Needs,
> = ChangeAccess & Context<Arguments, Own, Need>;

/** What was changed, or would be. */
interface Changed {
  readonly result: PlanResult;
}

export function changeCommand<
  Need extends keyof Needs,
  Answer extends Changed,
  Arguments extends Positionals,
  Own extends Flags,
>({
  dryRun: about,
  text = () => '',
  json = () => ({}),
  ...form
}: ChangeForm<Arguments, Own, Need, Answer>): Definition {
  const flags = changeFlags(about);
  return commandsOf<typeof flags, ChangeAccess>({
    flags,
    reachesHosts: true,
    login: loginOf,
    access: ({ lockWait, dryRun }, typed, login) => accessTo({ ...typed, lockWait, login, dryRun }),
  })<Need, Answer, Arguments, Own>({
    ...form,
    async text(answer, context) {
      const { planText } = await import('../ui/plan-result.ts');
      return `${await text(answer, context)}${planText(answer.result, context.dryRun)}\n`;
    },
    json: async (answer, context) => ({
      dryRun: context.dryRun,
      ...answer.result,
      ...(await json(answer, context)),
    }),
  });
}

function accessTo(request: ChangeRequest & Pick<Typed<Positionals, Flags>, 'yes' | 'remark'>): ChangeAccess {
  const { dryRun, login, yes, remark } = request;
  return {
    dryRun,
    yes,
    remark,
    login,
    changeHosts: changing(request),
    async confirm(name, what) {
      const { confirmByName } = await import('../ui/confirm.ts');
      await confirmByName(name, what, { yes: yes || dryRun });
    },
  };
}

import { Option, type Command } from 'commander';
import { labEnvironment } from '../config/environment.ts';
import type { UpFlags } from './request.ts';
import type { RestoreFlags } from './restore.ts';
import { commonFlags, withOutputFlags } from '../kit/common.ts';

const name = (): Option => new Option('--name <lab>', 'which lab').default('lab');

/** `dbctl lab up|down|status|ssh|env|save|restore|saved|forget`. */
export function lab(command: Command): Command {
  withOutputFlags(command).enablePositionalOptions();
  up(command);
  down(command);
  status(command);
  ssh(command);
  env(command);
  save(command);
  restore(command);
  saved(command);
  forget(command);
  return command;
}

const up = (command: Command): Command =>
  withOutputFlags(command.command('up'))
    .description('boot the hosts; when they are there, bring back what does not run')
    .addOption(name())
    .option('--hosts <names>', 'names of the hosts (default: control,pg1,pg2,pg3)')
    .option('--network <cidr>', 'a /24 for them (default: one that nothing here uses)')
    .option('--bare', 'hosts without PostgreSQL')
    .option('--release <release>', 'trixie or bookworm (default: trixie)')
    .option('--online', "let the hosts reach outside, this machine's package mirror above all")
    .option('--dir <directory>', 'where .env.cluster and the SSH key are written (default: here)')
    .action(async (flags: UpFlags, self: Command) => {
      const [{ labUp }, { readRequest }, { describeUp }, { progressFor }] = await Promise.all([
        import('./up.ts'),
        import('./request.ts'),
        import('./describe.ts'),
        import('../ui/progress-for.ts'),
      ]);
      const progress = await progressFor(process.stderr);
      const result = await labUp(readRequest(flags), labEnvironment(), progress, process.cwd());
      answer(self, { ...result.lab, changes: result.changes }, describeUp(result, process.cwd()));
    });

const down = (command: Command): Command =>
  withOutputFlags(command.command('down'))
    .description('throw a lab away, with everything it left on this machine')
    .addOption(name())
    .option('--all', 'every lab of this machine')
    .action(async (flags: { readonly name: string; readonly all?: true }, self: Command) => {
      const { labDown } = await import('./down.ts');
      const removed = await labDown(labEnvironment(), flags.all ? 'all' : { name: flags.name });
      const text = removed.map((gone) => `The lab "${gone}" is gone\n`).join('');
      answer(self, { removed }, text || 'No such lab is there: 0 changes\n');
    });

const status = (command: Command): Command =>
  withOutputFlags(command.command('status'))
    .description('which hosts run, where, and how to reach into them')
    .option('--name <lab>', 'which lab (default: all)')
    .action(async (flags: { readonly name?: string }, self: Command) => {
      const [{ labStatus }, { describeStatus }] = await Promise.all([
        import('./status.ts'),
        import('./describe.ts'),
      ]);
      const labs = labStatus(labEnvironment().root, flags.name);
      answer(self, labs, describeStatus(labs));
    });

const ssh = (command: Command): Command =>
  command
    .command('ssh')
    .description('log in to a host of the lab as root, or run a command there')
    .addOption(name())
    .argument('<host>', 'its name')
    .argument('[command...]', 'what to run there')
    .passThroughOptions()
    .action(async (host: string, words: readonly string[], flags: { readonly name: string }) => {
      const [{ labSsh }, { findLab }] = await Promise.all([import('./ssh.ts'), import('./status.ts')]);
      process.exitCode = await labSsh(findLab(labEnvironment().root, flags.name), host, words);
    });

const env = (command: Command): Command =>
  withOutputFlags(command.command('env'))
    .description('variables for a shell: eval "$(dbctl lab env)"')
    .addOption(name())
    .action(async (flags: { readonly name: string }, self: Command) => {
      const [{ shellLines, shellVariables }, { findLab }] = await Promise.all([
        import('./shell-lines.ts'),
        import('./status.ts'),
      ]);
      const found = findLab(labEnvironment().root, flags.name);
      answer(self, shellVariables(found), shellLines(found));
    });

const save = (command: Command): Command =>
  withOutputFlags(command.command('save'))
    .description('keep the hosts as they are now; they are shut down for it and started again')
    .argument('<saved>', 'what to call it')
    .addOption(name())
    .action(async (saveAs: string, flags: { readonly name: string }, self: Command) => {
      const [{ saveLab }, { describeSave }, { progressFor }] = await Promise.all([
        import('./save.ts'),
        import('./describe-saved.ts'),
        import('../ui/progress-for.ts'),
      ]);
      const progress = await progressFor(process.stderr);
      const kept = await saveLab({ name: flags.name, saveAs }, labEnvironment(), progress);
      answer(self, kept, describeSave(kept));
    });

const restore = (command: Command): Command =>
  withOutputFlags(command.command('restore'))
    .description('bring a saved lab back; a lab that has its name is thrown away first')
    .argument('<saved>', 'what it was saved as')
    .option('--name <lab>', 'what to call the lab (default: the name it had)')
    .option('--isolated', 'beside labs with the same addresses: its network is in a namespace of its own')
    .option('--dir <directory>', 'where .env.cluster and the SSH key are written (default: where they were)')
    .action(async (savedName: string, flags: RestoreFlags, self: Command) => {
      const [{ restoreLab }, { describeRestore }, { progressFor }] = await Promise.all([
        import('./restore.ts'),
        import('./describe-saved.ts'),
        import('../ui/progress-for.ts'),
      ]);
      const progress = await progressFor(process.stderr);
      const back = await restoreLab(savedName, flags, labEnvironment(), progress, process.cwd());
      answer(self, back, describeRestore(savedName, back, process.cwd()));
    });

const saved = (command: Command): Command =>
  withOutputFlags(command.command('saved'))
    .description('which labs were saved, when, and what they take of the disk')
    .action(async (_: object, self: Command) => {
      const [{ allSaved, sizeOf }, { describeSaved }] = await Promise.all([
        import('./saved.ts'),
        import('./describe-saved.ts'),
      ]);
      const all = await Promise.all(
        allSaved(labEnvironment().root).map(async (one) => ({ ...one, bytes: await sizeOf(one) })),
      );
      answer(self, all, describeSaved(all));
    });

const forget = (command: Command): Command =>
  withOutputFlags(command.command('forget'))
    .description('remove a saved lab; labs that were made from it stay as they are')
    .argument('<saved>', 'what it was saved as')
    .action(async (savedName: string, _: object, self: Command) => {
      const { forgetSaved } = await import('./forget.ts');
      const removed = await forgetSaved(savedName, labEnvironment());
      const text = removed ? `The saved lab "${savedName}" is gone\n` : 'No such lab was saved: 0 changes\n';
      answer(self, { removed: removed ? [savedName] : [] }, text);
    });

function answer(command: Command, data: unknown, text: string): void {
  const { output: format } = commonFlags(command);
  process.stdout.write(format === 'json' ? `${JSON.stringify(data, null, 2)}\n` : text);
}

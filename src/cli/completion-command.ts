import { Argument, type Command } from 'commander';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `dbctl completion <shell>`: the script that makes a shell ask dbctl what could be typed next. */
export const completion = (bare: Command): Command =>
  bare
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText('after', howTo)
    .action(async (shell: (typeof shells)[number]) => {
      const { render } = await import('../model/render.ts');
      process.stdout.write(render(`completion/dbctl.${shell}`, {}));
    });

const howTo = `
To have it in every new shell:
  bash  echo 'source <(dbctl completion bash)' >> ~/.bashrc
  zsh   echo 'source <(dbctl completion zsh)' >> ~/.zshrc   (after compinit)
  fish  dbctl completion fish > ~/.config/fish/completions/dbctl.fish`;

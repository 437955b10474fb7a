import { command } from '../kit/command.ts';
import { argument } from '../kit/flags.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `dbctl completion <shell>`: the script that makes a shell ask dbctl what could be typed next. */
export const completion = command({
  needs: 'nothing',
  arguments: { shell: argument('<shell>', 'your shell', shells) },
  help: `To have it in every new shell:
  bash  echo 'source <(dbctl completion bash)' >> ~/.bashrc
  zsh   echo 'source <(dbctl completion zsh)' >> ~/.zshrc   (after compinit)
  fish  dbctl completion fish > ~/.config/fish/completions/dbctl.fish`,
  async run({ args: { shell } }) {
    const { render } = await import('../model/render.ts');
    return { shell, script: render(`completion/dbctl.${shell}`, {}) };
  },
  text: ({ script }) => script,
});

import { groups, type Setting } from './setting.ts';
import { parameterPrefix, settingRows } from './settings.ts';

const head = `# A cluster, as dbctl sees it. Copy it so that only you can read it, then fill in the passwords:
#   install -m 600 .env.cluster.example .env.cluster
#
# One NAME=value per line. Put a value with spaces or any of # $ " \` \\ in single quotes; a value that contains a
# single quote in double quotes or backticks. Nothing is escaped or expanded: every character stands for itself.
# Every secret can come from a file instead: POSTGRES_PASSWORD_FILE=/run/secrets/postgres (mode 600).
`;

const foot = `# Any parameter of postgresql.conf, by its name. What dbctl has to keep for itself is refused with the reason.
# ${parameterPrefix}shared_buffers=2GB
`;

/** The text of .env.cluster.example. What must be filled in stands bare; what has a default is a comment. */
export function exampleFile(): string {
  const sections = Object.entries(groups).map(([group, title]) => {
    const rows = settingRows.filter(([, setting]) => setting.group === group);
    return [`# --- ${title} ---\n`, ...rows.map(([name, setting]) => paragraph(name, setting))].join('\n');
  });
  return [head, ...sections, foot].join('\n');
}

function paragraph(name: string, { doc, fallback, optional, example, isSecret }: Setting): string {
  const isRequired = fallback === undefined && !optional;
  const value = isSecret ? '' : (example ?? fallback ?? '');
  return `# ${doc}\n${isRequired ? '' : '# '}${name}=${value}\n`;
}

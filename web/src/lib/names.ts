// The rules of names, as the server has them, so that a form can say what is wrong while it is typed;
// and the ways a registry is addressed.
export const REGISTRY_PREFIX = 'wandb-registry-';

const REGISTRY_NAME_MAX = 113;
const NAME_MAX = 128;
const TAG = /^[-\w]+( +[-\w]+)*$/;

export function registryName(projectName: string): string {
  return projectName.startsWith(REGISTRY_PREFIX) ? projectName.slice(REGISTRY_PREFIX.length) : projectName;
}

export function isRegistry(projectName: string): boolean {
  return projectName.startsWith(REGISTRY_PREFIX);
}

function forbidden(text: string, characters: string): string | null {
  return [...text].find((c) => characters.includes(c)) ?? null;
}

function show(character: string): string {
  return character === '\n' || character === '\r' ? 'a line break' : `'${character}'`;
}

/** What is wrong with a registry's name, in one sentence; null when nothing is. */
export function registryNameProblem(name: string, taken: readonly string[] = []): string | null {
  const bad = forbidden(name, '/\\#?%:\r\n');
  if (name.trim() === '') return 'Registry name cannot be empty.';
  if (name.length > REGISTRY_NAME_MAX) return `A registry name has at most ${REGISTRY_NAME_MAX} characters.`;
  if (bad) return `A registry name cannot contain ${show(bad)}.`;
  if (taken.includes(name))
    return `A registry called '${name}' is there already: please use a different name.`;
  return null;
}

export function collectionNameProblem(name: string): string | null {
  const bad = forbidden(name, '/:\r\n');
  if (name.trim() === '') return 'Collection name cannot be empty.';
  if (name.length > NAME_MAX) return `A collection name has at most ${NAME_MAX} characters.`;
  if (bad) return `A collection name cannot contain ${show(bad)}.`;
  return null;
}

export function typeNameProblem(name: string): string | null {
  const bad = forbidden(name, '/:\r\n');
  if (name.trim() === '') return 'A type name cannot be empty.';
  if (name.length > NAME_MAX) return `A type name has at most ${NAME_MAX} characters.`;
  if (bad) return `A type name cannot contain ${show(bad)}.`;
  return null;
}

export function aliasProblem(alias: string): string | null {
  const bad = forbidden(alias, '/:\r\n');
  if (alias.trim() === '') return 'An alias cannot be empty.';
  if (alias.length > NAME_MAX) return `An alias has at most ${NAME_MAX} characters.`;
  if (bad) return "Aliases must not contain any of the following characters: '/', ':'";
  if (/^v\d+$/.test(alias)) return `'${alias}' is how versions are numbered: choose another alias.`;
  return null;
}

export function tagProblem(tag: string): string | null {
  return TAG.test(tag)
    ? null
    : 'Tags must only contain alphanumeric characters separated by hyphens, underscores, and/or spaces.';
}

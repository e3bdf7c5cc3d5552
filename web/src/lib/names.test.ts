import { describe, expect, it } from 'vitest';

import { aliasProblem, collectionNameProblem, registryName, registryNameProblem, tagProblem } from './names';

describe('registryNameProblem', () => {
  it('takes what the server takes', () => {
    for (const name of ['Golden Datasets', 'a', 'x'.repeat(113), 'Größe-1_2.3'])
      expect(registryNameProblem(name)).toBeNull();
  });
  it('refuses what the server refuses', () => {
    for (const name of ['', ' ', 'x'.repeat(114), 'a/b', 'a\\b', 'a#b', 'a?b', 'a%b', 'a:b', 'a\nb'])
      expect(registryNameProblem(name), JSON.stringify(name)).not.toBeNull();
  });
  it('says what to do about a name that is taken', () => {
    expect(registryNameProblem('model', ['model'])).toContain('please use a different name');
  });
});

describe('aliases, tags, collections', () => {
  it('keeps the numbers of versions free', () => {
    expect(aliasProblem('v3')).not.toBeNull();
    expect(aliasProblem('v3-rc')).toBeNull();
    expect(aliasProblem('a:b')).toContain("'/', ':'");
  });
  it('knows tags', () => {
    for (const tag of ['prod-ready', 'prod ready', 'a_b']) expect(tagProblem(tag), tag).toBeNull();
    for (const tag of ['a/b', '', ' a', 'a ', 'a.b']) expect(tagProblem(tag), tag).not.toBeNull();
  });
  it('lets collections have spaces', () => {
    expect(collectionNameProblem('Example ML Task')).toBeNull();
    expect(collectionNameProblem('a/b')).not.toBeNull();
  });
});

describe('registryName', () => {
  it('takes the prefix off once', () => {
    expect(registryName('wandb-registry-model')).toBe('model');
    expect(registryName('wandb-registry-wandb-registry-x')).toBe('wandb-registry-x');
    expect(registryName('street-signs')).toBe('street-signs');
  });
});

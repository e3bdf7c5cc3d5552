// The dialog behind Create collection: an empty collection, or one with a first version.
import { Button, Modal, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { gql } from '../graphql/client';
import {
  AddCollectionTagsDocument,
  CreateCollectionDocument,
  LinkVersionDocument,
} from '../graphql/generated';
import { useChange } from '../lib/change';
import { collectionLink } from '../lib/links';
import { collectionNameProblem, tagProblem, typeNameProblem } from '../lib/names';
import { toastError } from '../components/toast';
import css from './form.module.css';
import { PickVersion } from './PickVersion';

interface Props {
  opened: boolean;
  close: () => void;
  registry: { org: string; entity: string; project: string };
  /** Null when the registry takes every type. */
  types: string[] | null;
}

function Form({ close, registry, types }: Props) {
  const navigate = useNavigate();
  const create = useChange(CreateCollectionDocument, { quiet: true });
  const [name, setName] = useState('');
  const [type, setType] = useState(types?.[0] ?? '');
  const [description, setDescription] = useState('');
  const [tags, setTags] = useState<string[]>([]);
  const [versionId, setVersionId] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [touched, setTouched] = useState(false);
  const nameProblem = collectionNameProblem(name);
  const typeProblem = typeNameProblem(type);
  const tagsProblem = tags.map(tagProblem).find(Boolean) ?? null;
  const { org, entity, project } = registry;

  // The collection is there after the first step; what fails later is said, and can be done on its page.
  const finish = async () => {
    const where = { entityName: entity, projectName: project };
    if (tags.length > 0)
      await gql(AddCollectionTagsDocument, {
        input: { ...where, artifactCollectionName: name, tags: tags.map((tagName) => ({ tagName })) },
      });
    if (versionId)
      await gql(LinkVersionDocument, {
        input: { ...where, artifactID: versionId, artifactPortfolioName: name, aliases: [] },
      });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTouched(true);
    if (nameProblem || typeProblem || tagsProblem) return;
    const input = { entityName: entity, projectName: project, artifactTypeName: type, name, description };
    setBusy(true);
    create
      .mutateAsync({ input })
      .then(
        () =>
          finish()
            .catch(toastError)
            .then(() => {
              close();
              return navigate(collectionLink({ org, entity, project, type, collection: name }));
            }),
        () => undefined,
      )
      .finally(() => setBusy(false));
  };

  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <TextInput
        label="Name"
        required
        data-autofocus
        value={name}
        error={create.error?.message ?? (touched || name ? nameProblem : null)}
        errorProps={{ role: 'alert' }}
        onChange={(event) => {
          setName(event.currentTarget.value);
          create.reset();
        }}
      />
      {types ? (
        <Select
          label="Type"
          required
          data={types}
          allowDeselect={false}
          value={type}
          error={touched ? typeProblem : null}
          onChange={(value) => setType(value ?? '')}
        />
      ) : (
        <TextInput
          label="Type"
          required
          placeholder="model"
          value={type}
          error={touched ? typeProblem : null}
          onChange={(event) => setType(event.currentTarget.value)}
        />
      )}
      <Textarea
        label="Description"
        description="Markdown"
        autosize
        minRows={3}
        maxRows={10}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <TagsInput label="Tags" value={tags} error={tagsProblem} onChange={setTags} />
      <fieldset>
        <legend>Link version (optional)</legend>
        <PickVersion org={org} type={type || null} onPick={(picked) => setVersionId(picked?.id ?? null)} />
      </fieldset>
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          Create collection
        </Button>
      </div>
    </form>
  );
}

export function CreateCollection(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.close} title="Create collection" size={560}>
      <Form {...props} />
    </Modal>
  );
}

// The dialog behind Create registry. What is wrong with a name shows while it is typed; the server
// has the last word.
import { Button, Modal, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { UpsertRegistryDocument } from '../graphql/generated';
import { useChange } from '../lib/change';
import { registryLink } from '../lib/links';
import { REGISTRY_PREFIX, registryNameProblem, typeNameProblem } from '../lib/names';
import css from './form.module.css';

interface Props {
  opened: boolean;
  close: () => void;
  org: string;
  entity: string;
  taken: string[];
  /** What happens then, with the name of its project; when not given, its page opens. */
  created?: (project: string) => void;
}

function Form({ close, org, entity, taken, created }: Props) {
  const navigate = useNavigate();
  const create = useChange(UpsertRegistryDocument, { quiet: true });
  const [name, setName] = useState('');
  const [touched, setTouched] = useState(false);
  const [description, setDescription] = useState('');
  const [visibility, setVisibility] = useState('organization');
  const [accepted, setAccepted] = useState('all');
  const [types, setTypes] = useState<string[]>([]);
  const nameProblem = registryNameProblem(name, taken);
  const typesProblem =
    accepted === 'all'
      ? null
      : types.length === 0
        ? 'Name at least one type, then Enter.'
        : (types.map(typeNameProblem).find(Boolean) ?? null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTouched(true);
    if (nameProblem || typesProblem) return;
    const input = {
      name: REGISTRY_PREFIX + name,
      entityName: entity,
      description,
      access: visibility === 'restricted' ? 'RESTRICTED' : 'PRIVATE',
      allowAllArtifactTypesInRegistry: accepted === 'all',
      artifactTypes: accepted === 'all' ? [] : types.map((type) => ({ name: type })),
    };
    create.mutate(
      { input },
      {
        onSuccess: () => {
          close();
          if (created) created(input.name);
          else void navigate(registryLink(org, input.name));
        },
      },
    );
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
        description={name && !nameProblem ? `${REGISTRY_PREFIX}${name} in code` : undefined}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        onChange={(event) => {
          setName(event.currentTarget.value);
          create.reset();
        }}
      />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Select
        label="Registry visibility"
        description={
          visibility === 'restricted'
            ? 'Only people and teams that are added see it.'
            : 'Everybody in the organization sees it.'
        }
        data={[
          { value: 'organization', label: 'Organization' },
          { value: 'restricted', label: 'Restricted' },
        ]}
        allowDeselect={false}
        value={visibility}
        onChange={(value) => setVisibility(value ?? 'organization')}
      />
      <Select
        label="Accepted artifacts type"
        data={[
          { value: 'all', label: 'All types' },
          { value: 'some', label: 'Specify types' },
        ]}
        allowDeselect={false}
        value={accepted}
        onChange={(value) => setAccepted(value ?? 'all')}
      />
      {accepted === 'some' && (
        <TagsInput
          label="Types"
          description="A type cannot be removed once it is saved."
          placeholder={types.length ? undefined : 'model'}
          value={types}
          error={touched ? typesProblem : null}
          onChange={setTypes}
        />
      )}
      <div className={css.buttons}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={create.isPending}>
          Create registry
        </Button>
      </div>
    </form>
  );
}

export function CreateRegistry(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.close} title="Create registry" size={520}>
      <Form {...props} />
    </Modal>
  );
}

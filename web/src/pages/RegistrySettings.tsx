import { Empty } from '../components/states';

export default function RegistrySettings() {
  return <Empty icon="info" title="Not here yet" />;
}

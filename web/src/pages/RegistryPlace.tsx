import { Empty } from '../components/states';

export default function RegistryPlace() {
  return <Empty icon="info" title="Not here yet" />;
}

import { Empty } from '../components/states';

export default function LegacyRegistry() {
  return <Empty icon="info" title="Not here yet" />;
}

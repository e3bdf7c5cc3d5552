import { Empty } from '../components/states';

export default function EntityPage() {
  return <Empty icon="info" title="Not here yet" />;
}

import { Empty } from '../components/states';

export default function RunPage() {
  return <Empty icon="info" title="Not here yet" />;
}

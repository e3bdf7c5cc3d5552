import { Empty } from '../components/states';

export default function Admin() {
  return <Empty icon="info" title="Not here yet" />;
}

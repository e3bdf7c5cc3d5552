import { Empty } from '../components/states';

export default function ArtifactBrowser() {
  return <Empty icon="info" title="Not here yet" />;
}

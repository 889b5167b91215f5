import type { ImageName, Platform } from '../../environments/platform.ts';
import type { Breach, Rule } from '../rule.ts';

/** Three numbers at least, so that the tag names one release: `1.25.2`, `v0.12.1`, `2.14.2-alpine`. */
const EXACT = /^v?\d+\.\d+\.\d+([.-][A-Za-z0-9.-]+)?$/;

export const imagesArePinned: Rule = {
  code: 'TD302',
  name: 'images-are-pinned',
  severity: 'error',
  law: 'An image names one content: an exact version in a registry whose tags cannot move, or a digest. A pod that restarts in a failover must start what was tested.',
  check(platform) {
    return (Object.keys(platform.images) as ImageName[]).flatMap((name) => pinned(platform, name));
  },
};

function pinned({ images, aws, gcp }: Platform, name: ImageName): Breach[] {
  const { tag, digest } = images[name];
  if (digest) return [];
  if (!EXACT.test(tag))
    return [
      {
        paths: [`images.${name}.tag`],
        message: `tag ${tag} can mean another image tomorrow`,
        hint: 'Use an exact version such as 2.14.0, or add the digest.',
      },
    ];
  return (['aws', 'gcp'] as const)
    .filter((cloud) => !{ aws, gcp }[cloud].registry.immutableTags)
    .map((cloud) => ({
      paths: [`images.${name}`, `${cloud}.registry.immutableTags`] as const,
      message: `tag ${tag} can be moved in the ${cloud.toUpperCase()} registry, and no digest is given`,
      hint: `Add images.${name}.digest, or make the registry's tags immutable and set ${cloud}.registry.immutableTags: true.`,
    }));
}

/**
 * Kinds that hold data, keys or addresses, and the parameters that their cloud cannot change in place: another
 * value means a new, empty resource. Source: `ForceNew` in the Terraform schemas of the providers (aws 6.34,
 * google 7.39), as far as Tandem renders them.
 */
export const STATEFUL: Readonly<Record<string, readonly string[]>> = {
  'rds/Instance': ['identifier', 'engine', 'username', 'dbName', 'storageEncrypted', 'kmsKeyIdRef', 'availabilityZone', 'region'],
  'elasticache/ReplicationGroup': ['atRestEncryptionEnabled', 'kmsKeyId', 'port', 'subnetGroupNameRef', 'region'],
  'kms/Key': ['multiRegion', 'keyUsage', 'customerMasterKeySpec', 'region'],
  'secretsmanager/Secret': ['name', 'region'],
  'eks/Cluster': ['encryptionConfig', 'kubernetesNetworkConfig', 'roleArnRef', 'bootstrapSelfManagedAddons', 'region'],
  'ec2/VPC': ['cidrBlock', 'region'],
  'ec2/Subnet': ['cidrBlock', 'availabilityZone', 'vpcIdRef', 'region'],
  'ec2/VPNGateway': ['amazonSideAsn', 'region'],
  'ec2/EIP': ['domain', 'region'],
  'sql/DatabaseInstance': [
    'region',
    'encryptionKeyName',
    'settings.ipConfiguration.privateNetworkRef',
    'settings.ipConfiguration.serverCaMode',
  ],
  'sql/Database': ['instanceRef', 'charset', 'collation'],
  'redis/Instance': [
    'region',
    'tier',
    'connectMode',
    'authorizedNetworkRef',
    'customerManagedKeyRef',
    'transitEncryptionMode',
    'reservedIpRange',
  ],
  'kms/KeyRing': ['location'],
  'kms/CryptoKey': ['keyRingRef', 'purpose'],
  'secretmanager/Secret': ['replication'],
  'container/Cluster': [
    'location',
    'networkRef',
    'subnetworkRef',
    'networkingMode',
    'ipAllocationPolicy',
    'datapathProvider',
    'privateClusterConfig.enablePrivateNodes',
    'privateClusterConfig.masterIpv4CidrBlock',
  ],
  'compute/Network': ['autoCreateSubnetworks', 'mtu'],
  'compute/Subnetwork': ['region', 'networkRef', 'ipCidrRange'],
  'compute/GlobalAddress': ['address', 'prefixLength', 'purpose', 'addressType', 'networkRef', 'ipVersion'],
  'compute/HaVPNGateway': ['region', 'network', 'stackType'],
};

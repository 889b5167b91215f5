import type { Cluster } from '../../cluster.ts';
import { baseName } from '../names.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: object;
  readonly Action: readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: object;
}

/** A policy document as IAM takes it. */
export function policy(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** Trust in pods of this cluster, by EKS Pod Identity: the same for every role, and no issuer id in it. */
export const POD_IDENTITY_TRUST = policy({
  Effect: 'Allow',
  Principal: { Service: 'pods.eks.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
});

export function serviceTrust(service: string): string {
  return policy({ Effect: 'Allow', Principal: { Service: service }, Action: ['sts:AssumeRole'] });
}

export function roleArn(cluster: Cluster, name: string): string {
  return `arn:aws:iam::${cluster.platform.aws.account}:role/${name}`;
}

/** The host and path of GKE's token issuer, which is known before the cluster exists. Source: GKE, OpenID discovery. */
export function gkeIssuer({ platform: { gcp } }: Cluster): string {
  return `container.googleapis.com/v1/projects/${gcp.project}/locations/${gcp.region}/clusters/${gcp.kubernetes.name}`;
}

/** Trust in one service account of the GKE cluster. */
export function gkeTrust(cluster: Cluster, subject: string): string {
  const { account } = cluster.platform.aws;
  const issuer = gkeIssuer(cluster);
  return policy({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
    Action: ['sts:AssumeRoleWithWebIdentity'],
    Condition: { StringEquals: { [`${issuer}:sub`]: `system:serviceaccount:${subject}`, [`${issuer}:aud`]: 'sts.amazonaws.com' } },
  });
}

/** Key policy: the account decides by IAM, and the named services may use the key for what they keep here. */
export function keyPolicy(cluster: Cluster, ...services: readonly string[]): string {
  const { account } = cluster.platform.aws;
  return policy(
    { Sid: 'Account', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: ['kms:*'], Resource: '*' },
    ...services.map((service) => ({
      Sid: service.split('.')[0] ?? service,
      Effect: 'Allow' as const,
      Principal: { Service: service },
      Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*', 'kms:CreateGrant'],
      Resource: '*',
      // CloudWatch Logs names the account in its encryption context.
      ...(service.startsWith('logs.')
        ? { Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:*:${account}:*` } } }
        : {}),
    })),
  );
}

/** Below this environment's prefix only; writing, for values that the cluster generates. */
export function secretsPolicy({ platform: { aws } }: Cluster): string {
  const secrets = `arn:aws:secretsmanager:${aws.region}:${aws.account}:secret:${aws.secretPrefix}/*`;
  return policy(
    {
      Effect: 'Allow',
      Action: ['GetSecretValue', 'DescribeSecret', 'ListSecretVersionIds', 'PutSecretValue', 'GetResourcePolicy'].map(
        (action) => `secretsmanager:${action}`,
      ),
      Resource: secrets,
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: `arn:aws:kms:${aws.region}:${aws.account}:key/*`,
      Condition: { StringEquals: { 'kms:ViaService': `secretsmanager.${aws.region}.amazonaws.com` } },
    },
  );
}

/**
 * What Crossplane may do: everything it renders, and none of what cannot be undone. The denial holds even
 * for an object that somebody changes by hand.
 */
export function crossplanePolicy(cluster: Cluster): string {
  const { account } = cluster.platform.aws;
  const name = baseName(cluster);
  const own = [`arn:aws:iam::${account}:role/${name}-*`, `arn:aws:iam::${account}:oidc-provider/*`];
  const services = ['cloudwatch', 'ec2', 'eks', 'elasticache', 'kms', 'logs', 'rds', 'route53', 'secretsmanager', 'sns'];
  return policy(
    { Effect: 'Allow', Action: services.map((service) => `${service}:*`), Resource: '*' },
    { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' },
    { Effect: 'Allow', Action: ['iam:*'], Resource: own },
    {
      Effect: 'Allow',
      Action: ['iam:CreateServiceLinkedRole'],
      Resource: `arn:aws:iam::${account}:role/aws-service-role/*`,
    },
    {
      Sid: 'NothingThatHoldsData',
      Effect: 'Deny',
      Action: [
        'rds:DeleteDBInstance',
        'rds:DeleteDBSnapshot',
        'rds:DeleteDBInstanceAutomatedBackup',
        'elasticache:DeleteReplicationGroup',
        'kms:ScheduleKeyDeletion',
        'kms:DisableKey',
        'secretsmanager:DeleteSecret',
        'secretsmanager:GetSecretValue',
        'eks:DeleteCluster',
        'ec2:DeleteVpc',
      ],
      Resource: '*',
    },
  );
}

/** From the other cloud's cluster: the link, and a look at the rest. */
export function linkPolicy(): string {
  return policy(
    { Effect: 'Allow', Action: ['ec2:Describe*', 'cloudwatch:Describe*', 'cloudwatch:List*', 'logs:Describe*'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: [
        ...['CreateCustomerGateway', 'CreateVpnConnection', 'ModifyVpnConnection', 'ModifyVpnConnectionOptions'],
        ...['ModifyVpnTunnelOptions', 'CreateTags'],
      ]
        .map((action) => `ec2:${action}`)
        .concat('cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms', 'cloudwatch:TagResource'),
      Resource: '*',
    },
  );
}

/** Source: cluster-autoscaler, the AWS cloud provider's minimal policy. */
export function autoscalerPolicy(cluster: Cluster): string {
  return policy(
    {
      Effect: 'Allow',
      Action: [
        ...['DescribeAutoScalingGroups', 'DescribeAutoScalingInstances', 'DescribeLaunchConfigurations', 'DescribeScalingActivities'].map(
          (action) => `autoscaling:${action}`,
        ),
        ...['DescribeImages', 'DescribeInstanceTypes', 'DescribeLaunchTemplateVersions', 'GetInstanceTypesFromInstanceRequirements'].map(
          (action) => `ec2:${action}`,
        ),
        'eks:DescribeNodegroup',
      ],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
      Resource: '*',
      Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${baseName(cluster)}`]: 'owned' } },
    },
  );
}

/**
 * What the load balancer controller does for an Ingress with a security group of its own and for internal
 * network load balancers: changes only what carries its cluster's tag. Source: the controller's install policy, v3.
 */
export function loadBalancerPolicy(): string {
  const tagged = 'aws:ResourceTag/elbv2.k8s.aws/cluster';
  const requested = 'aws:RequestTag/elbv2.k8s.aws/cluster';
  const elb = (...actions: string[]): string[] => actions.map((action) => `elasticloadbalancing:${action}`);
  return policy(
    {
      Effect: 'Allow',
      Action: [
        ...elb('Describe*'),
        ...['Describe*', 'GetCoipPoolUsage', 'GetSecurityGroupsForVpc'].map((action) => `ec2:${action}`),
        ...['acm:ListCertificates', 'acm:DescribeCertificate', 'iam:ListServerCertificates', 'iam:GetServerCertificate'],
      ],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['iam:CreateServiceLinkedRole'],
      Resource: '*',
      Condition: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
    },
    {
      Effect: 'Allow',
      Action: elb('CreateLoadBalancer', 'CreateTargetGroup', 'AddTags'),
      Resource: '*',
      Condition: { Null: { [requested]: 'false' } },
    },
    {
      Effect: 'Allow',
      Action: elb('CreateListener', 'DeleteListener', 'CreateRule', 'DeleteRule', 'ModifyListener', 'ModifyListenerAttributes'),
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: elb('ModifyRule', 'SetWebAcl', 'AddListenerCertificates', 'RemoveListenerCertificates', 'SetRulePriorities'),
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: elb(
        ...['ModifyLoadBalancerAttributes', 'SetIpAddressType', 'SetSecurityGroups', 'SetSubnets', 'DeleteLoadBalancer'],
        ...['ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'DeleteTargetGroup', 'RemoveTags', 'ModifyCapacityReservation'],
      ),
      Resource: '*',
      Condition: { Null: { [tagged]: 'false' } },
    },
    { Effect: 'Allow', Action: elb('RegisterTargets', 'DeregisterTargets'), Resource: 'arn:aws:elasticloadbalancing:*:*:targetgroup/*/*' },
    // Rules too: the controller opens the nodes' group for the load balancers that it makes.
    {
      Effect: 'Allow',
      Action: ['CreateSecurityGroup', 'CreateTags', 'AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'].map(
        (action) => `ec2:${action}`,
      ),
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['DeleteSecurityGroup', 'DeleteTags'].map((action) => `ec2:${action}`),
      Resource: '*',
      Condition: { Null: { [tagged]: 'false' } },
    },
  );
}

export function exporterPolicy(): string {
  return policy({
    Effect: 'Allow',
    Action: ['cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics', 'tag:GetResources'],
    Resource: '*',
  });
}

export function flowLogsPolicy(): string {
  return policy({
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams'],
    Resource: '*',
  });
}

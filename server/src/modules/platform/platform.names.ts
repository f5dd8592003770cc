/** The platform's own name, as documents bear it. */
export const platformName = '本溪市公共资源交易中心金融服务平台';

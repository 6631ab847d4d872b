package dev.aiserver.host;

import java.util.Map;

class LocalHostTest implements HostContract {

    @Override
    public Host host(Map<String, String> environment) {
        return new LocalHost(environment);
    }
}

package dev.aiserver.plan;

import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;

/** A resource and its desired state. */
public record DesiredResource(Resource resource, State state) {}

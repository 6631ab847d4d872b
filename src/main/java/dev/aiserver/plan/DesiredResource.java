package dev.aiserver.plan;

import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;

/** A resource and the state that it shall be in. */
public record DesiredResource(Resource resource, State state) {}

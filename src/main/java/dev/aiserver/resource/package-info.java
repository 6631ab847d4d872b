@NullMarked
package dev.aiserver.resource;

import org.jspecify.annotations.NullMarked;

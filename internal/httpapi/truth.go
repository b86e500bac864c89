package httpapi

import (
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/filter"
	"github.com/bandeja/bandeja/internal/notify"
)

const schemaRef = "#/components/schemas/"

// enumeration is a list of words that the OpenAPI document knows by a name.
type enumeration struct {
	name   string
	values []any
}

// enumerations are the types whose words the document lists once, for all the
// fields of the type. The web app's types are made of them.
func enumerations() map[reflect.Type]enumeration {
	return map[reflect.Type]enumeration{
		reflect.TypeFor[crm.ContentKind](): words("ContentKind", crm.KindText, crm.KindImage, crm.KindVideo, crm.KindAudio,
			crm.KindVoice, crm.KindFile, crm.KindSticker, crm.KindLocation, crm.KindContacts, crm.KindReply, crm.KindForm,
			crm.KindOrder, crm.KindTemplate, crm.KindInteractive, crm.KindSystem, crm.KindUnsupported),
		reflect.TypeFor[crm.Direction](): words("Direction", crm.Incoming, crm.Outgoing, crm.Comment),
		reflect.TypeFor[crm.Source](): words("Source", crm.ByUser, crm.ByContact, crm.ByWorkflow, crm.ByBot, crm.ByAPI,
			crm.ByBroadcast, crm.ByEcho, crm.ByMerge, crm.BySystem),
		reflect.TypeFor[crm.Status](): words("MessageStatus", "", crm.Queued, crm.Sending, crm.Uncertain, crm.Sent,
			crm.Delivered, crm.Read, crm.Failed),
		reflect.TypeFor[crm.Permission](): words("Permission", crm.AllPermissions()...),
		// Those that a timeline shows.
		reflect.TypeFor[eventlog.Kind](): words("EventKind", eventlog.ConversationOpened, eventlog.ConversationClosed,
			eventlog.Assigned, eventlog.Unassigned, eventlog.ChannelAdded, eventlog.ChannelEvent, eventlog.PageChange,
			eventlog.ContactBlocked, eventlog.ContactUnblocked, eventlog.Welcome, eventlog.IdentityChanged, eventlog.ContactCreated,
			eventlog.Snoozed, eventlog.Unsnoozed, eventlog.BotOff, eventlog.BotOn, eventlog.AssignFailed, eventlog.BroadcastSent,
			eventlog.WorkflowStarted, eventlog.WorkflowEnded, eventlog.ContactMerged, eventlog.ContactUnmerged,
			eventlog.ChannelBlocked, eventlog.ChannelUnblocked),
		reflect.TypeFor[notify.Kind](): words("NotificationKind", notify.Kinds()...),
		reflect.TypeFor[filter.Operator](): words("FilterOperator", filter.Is, filter.IsNot, filter.Contains, filter.NotContains,
			filter.StartsWith, filter.Greater, filter.Less, filter.Between, filter.After, filter.Before, filter.AnyOf, filter.AllOf,
			filter.NoneOf, filter.Exists, filter.NotExists, ""),
	}
}

func words[T ~string](name string, values ...T) enumeration {
	e := enumeration{name: name}
	for _, v := range values {
		e.values = append(e.values, string(v))
	}
	return e
}

// tellTruth adds to the document what huma leaves out: the words of enumerations,
// and that a pointer to a struct is sent as null where it points nowhere.
func tellTruth(r huma.Registry) {
	enums := enumerations()
	for name, schema := range r.Map() {
		t := r.TypeFromRef(schemaRef + name)
		if t == nil {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			property := schema.Properties[key]
			if property == nil || f.Anonymous {
				continue
			}
			holder, of := &property, f.Type
			if of.Kind() == reflect.Slice {
				holder, of = &property.Items, of.Elem()
			}
			if e, ok := enums[of]; ok && len((*holder).Enum) == 0 {
				*holder = &huma.Schema{Ref: schemaRef + e.name, Description: (*holder).Description}
			}
			if of.Kind() == reflect.Pointer && property.Ref != "" && !slices.Contains(strings.Split(options, ","), "omitempty") {
				property = &huma.Schema{
					AnyOf:       []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
					Description: property.Description,
				}
				property.PrecomputeMessages()
			}
			schema.Properties[key] = property
		}
	}
	for _, e := range enums {
		r.Map()[e.name] = &huma.Schema{Type: huma.TypeString, Enum: e.values}
		r.Map()[e.name].PrecomputeMessages()
	}
}
